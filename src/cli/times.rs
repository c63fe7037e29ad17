//! `-v`: how often each step of a run was carried out, and how long it took.
//!
//! The core reads no clock: its engine reports the beginning and the end of each step to an observer, which is made here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::fault::{Step, Watch};

/// The steps of a run so far.
#[derive(Debug, Clone, Default)]
pub struct Times(Arc<Mutex<BTreeMap<Step, Spent>>>);

/// Count, total time and longest time of a step.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    count: usize,
    all: Duration,
    longest: Duration,
}

impl Times {
    /// The observer for an engine.
    pub fn watch(&self) -> Arc<Watch> {
        let steps = self.0.clone();
        Arc::new(move |step| {
            let (steps, begun) = (steps.clone(), Instant::now());
            Box::new(move || {
                let took = begun.elapsed();
                let mut steps = steps.lock().unwrap_or_else(PoisonError::into_inner);
                let spent = steps.entry(step).or_default();
                spent.count += 1;
                spent.all += took;
                spent.longest = spent.longest.max(took);
            })
        })
    }

    /// Returns one line per step, in the order of the steps in a run.
    pub fn lines(&self) -> Vec<String> {
        let steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let line = |(step, spent): (&Step, &Spent)| {
            format!("{step}：{} 次，共 {:.1} 毫秒，最长 {:.1} 毫秒", spent.count, ms(spent.all), ms(spent.longest))
        };
        steps.iter().map(line).collect()
    }
}

/// A duration in Chinese, as people say it.
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) if s < 10 => format!("{:.1} 秒", time.as_secs_f64()),
        (0, 0, s) => format!("{s} 秒"),
        (0, m, s) => format!("{m} 分 {s} 秒"),
        (h, m, _) => format!("{h} 小时 {m} 分"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_counted_and_added_up() {
        let times = Times::default();
        let watch = times.watch();
        for step in [Step::Check, Step::Read, Step::Read] {
            watch(step)();
        }
        let lines = times.lines();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("读入：2 次，共 ") && lines[1].starts_with("检查：1 次，共 "), "{lines:?}");
    }

    #[test]
    fn durations_are_said_as_people_say_them() {
        for (ms, text) in [(300, "0.3 秒"), (59_900, "59 秒"), (61_000, "1 分 1 秒"), (7_300_000, "2 小时 1 分")]
        {
            assert_eq!(span(Duration::from_millis(ms)), text);
        }
    }
}
