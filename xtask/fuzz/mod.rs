//! `cargo xtask fuzz --seconds N [--seed S]`: runs the readers of all external input on damaged inputs.
//!
//! Each target in turn gets an equal share of the time. A target fails on a panic, on an internal fault (X901), or on an
//! input that takes too long; the quadratic target fails if doubling an input multiplies its time by much more than two. The
//! current input is in `target/fuzz/`, so that an input that aborts the process can be found too. It runs with the stable
//! toolchain; targets are plain functions over bytes, so a fuzzer that measures coverage can call them as well.

pub mod quadratic;
mod targets;
mod words;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use fastrand::Rng;

use crate::{generate, project};
use targets::{TARGETS, Target};

/// Time limit for one input. Inputs are as small as the samples they are made from.
const MOST: Duration = Duration::from_secs(5);

/// What to run.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    seconds: u64,
    seed: u64,
}

impl Plan {
    pub fn parse(args: &[&str]) -> Result<Plan> {
        let mut plan = Plan { seconds: 60, seed: 1 };
        let mut args = args.iter();
        while let Some(&arg) = args.next() {
            match arg {
                "--seconds" => plan.seconds = generate::number(arg, args.next())?,
                "--seed" => plan.seed = generate::number(arg, args.next())?,
                _ => bail!("fuzz does not know what `{arg}` is for"),
            }
        }
        Ok(plan)
    }
}

pub fn run(plan: &Plan) -> Result<()> {
    let folder = project::root().join("target/fuzz");
    fs::create_dir_all(&folder)?;
    let share = Duration::from_secs(plan.seconds) / (TARGETS.len() as u32 + 1);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut faults = Vec::new();
    for target in &TARGETS {
        let seeds = (target.seeds)().with_context(|| target.name)?;
        ensure!(!seeds.is_empty(), "{} has no seeds", target.name);
        let (begun, mut rng, mut count) = (Instant::now(), Rng::with_seed(plan.seed), 0u64);
        while begun.elapsed() < share || count == 0 {
            let input = (target.spoil)(&seeds[rng.usize(..seeds.len())], &mut rng)?;
            fs::write(folder.join(target.name), &input)?;
            let started = Instant::now();
            let fault = fault(target, &input);
            let took = started.elapsed();
            let slow = (took > MOST).then(|| format!("{:.1} s", took.as_secs_f64()));
            if let Some(fault) = fault.or(slow) {
                let kept = folder.join(format!("{}-{count}", target.name));
                fs::write(&kept, &input)?;
                faults.push(format!("{}: {fault}, kept as {}", target.name, project::shown(&kept)));
            }
            count += 1;
        }
        println!("{:<10} {count:>8} inputs", target.name);
    }
    std::panic::set_hook(hook);
    faults.extend(quadratic::faults(share)?);
    ensure!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}

/// Returns why a target fails on an input, regardless of time.
fn fault(target: &Target, input: &[u8]) -> Option<String> {
    match catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        Err(_) => Some("a panic".to_owned()),
        Ok(done) => done.err(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_takes_its_seeds_and_a_spoiled_copy_of_each() {
        for target in &TARGETS {
            for seed in (target.seeds)().unwrap() {
                assert_eq!(fault(target, &seed), None, "{}", target.name);
                let spoiled = (target.spoil)(&seed, &mut Rng::with_seed(7)).unwrap();
                assert_ne!(spoiled, seed, "{}", target.name);
                assert_eq!(fault(target, &spoiled), None, "{}", target.name);
            }
        }
    }

    #[test]
    fn a_panic_is_a_fault() {
        let target = Target { name: "x", seeds: || Ok(Vec::new()), spoil: |b, _| Ok(b.to_vec()), run: |_| panic!("x") };
        assert_eq!(fault(&target, b"").as_deref(), Some("a panic"));
    }
}
