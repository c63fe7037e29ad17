//! The machines for which programs are handed out, what building for each needs, and how its program runs on this machine.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::toolchain::{Toolchain, in_variables, on_path};

/// One kind of machine.
#[derive(Debug)]
pub struct Target {
    pub triple: &'static str,
    /// Folder of its program among what is handed out.
    pub folder: &'static str,
    /// File name of the program.
    pub program: &'static str,
    linker: Linker,
    /// Program that runs it here.
    runner: &'static str,
    /// Names of the machine in packages of Debian; none for Windows.
    pub debian: Option<&'static str>,
}

#[derive(Debug, PartialEq, Eq)]
enum Linker {
    /// GCC of this name with its archiver.
    Gcc { compiler: &'static str, archiver: &'static str, package: &'static str },
    /// The C compiler of Zig, called through cargo-zigbuild, for a processor by Zig's name if not for that of the target.
    Zig { processor: Option<&'static str> },
}

pub static ALL: [Target; 4] = [
    Target {
        triple: "x86_64-win7-windows-gnu",
        folder: "windows-x86_64",
        program: "nianbao.exe",
        linker: Linker::Gcc {
            compiler: "x86_64-w64-mingw32-gcc",
            archiver: "x86_64-w64-mingw32-ar",
            package: "gcc-mingw-w64-x86-64",
        },
        runner: "wine",
        debian: None,
    },
    Target {
        triple: "x86_64-unknown-linux-musl",
        folder: "linux-x86_64",
        program: "nianbao",
        linker: Linker::Zig { processor: None },
        runner: "",
        debian: Some("amd64"),
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        folder: "linux-aarch64",
        program: "nianbao",
        linker: Linker::Zig { processor: None },
        runner: "qemu-aarch64",
        debian: Some("arm64"),
    },
    Target {
        triple: "loongarch64-unknown-linux-musl",
        folder: "linux-loongarch64",
        program: "nianbao",
        // Without the vectors (LSX) that compilers take for granted: small machines lack them, and so does the emulator of Debian 12.
        linker: Linker::Zig { processor: Some("generic_la64+f+d") },
        runner: "qemu-loongarch64",
        debian: Some("loong64"),
    },
];

impl Target {
    /// What building or running it lacks on this machine, each with how to get it.
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        let mut want = |program: &str, how: &str| {
            if !program.is_empty() && on_path(program).is_none() {
                missing.push(format!("no {program} on the path: {how}"));
            }
        };
        match self.linker {
            Linker::Gcc { compiler, package, .. } => want(compiler, &format!("`apt-get install {package}`")),
            Linker::Zig { .. } => {
                want("cargo-zigbuild", "`pip install cargo-zigbuild ziglang`, with its folder on the path");
            }
        }
        let package = if self.runner == "wine" { "wine64 wine" } else { "qemu-user" };
        want(self.runner, &format!("`apt-get install --no-install-recommends {package}`"));
        // The program starts itself once more to read old formats.
        let registered = Path::new("/proc/sys/fs/binfmt_misc").join(self.runner);
        if self.runner.starts_with("qemu-") && !registered.exists() {
            missing.push(format!("the kernel does not know {}: `apt-get install qemu-user-binfmt`", self.runner));
        }
        missing.extend(Toolchain::of(self.triple).err().map(|error| error.to_string()));
        missing
    }

    /// What its linker says of its version.
    pub fn linker_version(&self) -> Result<Vec<u8>> {
        let (program, word) = match self.linker {
            Linker::Gcc { compiler, .. } => (compiler, "--version"),
            Linker::Zig { .. } => ("cargo-zigbuild", "--version"),
        };
        let output =
            Command::new(program).arg(word).output().with_context(|| format!("{program} could not be started"))?;
        Ok(output.stdout)
    }

    /// The command that builds for it, without the arguments that say what.
    pub fn build(&self, toolchain: &Toolchain) -> Command {
        let name = in_variables(self.triple);
        match self.linker {
            Linker::Gcc { compiler, archiver, .. } => {
                let mut command = toolchain.build("unwind");
                // The C code of a dependency does not know this target and would be compiled by the compiler of this machine.
                command.env(format!("CC_{name}"), compiler).env(format!("AR_{name}"), archiver);
                command.env(format!("CARGO_TARGET_{}_LINKER", name.to_uppercase()), compiler);
                command
            }
            Linker::Zig { processor } => {
                let mut command = toolchain.build_by(&["cargo-zigbuild", "zigbuild"], "unwind");
                // Zig brings the objects that programs start with; Debian's compiler has none for these targets.
                let mut flags = "-Clink-self-contained=no".to_owned();
                if let Some(processor) = processor {
                    flags += &format!(" -Ctarget-feature=-lsx -Clink-arg=-mcpu={processor}");
                    command.env(format!("CFLAGS_{name}"), format!("-mcpu={processor}"));
                }
                command.env(format!("CARGO_TARGET_{}_RUSTFLAGS", name.to_uppercase()), flags);
                command
            }
        }
    }

    /// A command that runs its program here. `home` keeps what an emulator writes.
    pub fn run(&self, program: &Path, home: &Path) -> Command {
        let mut words: Vec<OsString> = Vec::new();
        if !self.runner.is_empty() {
            words.push(self.runner.into());
        }
        words.push(program.into());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env("WINEPREFIX", home.join("wine")).env("WINEDEBUG", "-all");
        command
    }
}

/// The target with a name: a triple or a folder.
pub fn named(name: &str) -> Result<&'static Target> {
    let known = || ALL.iter().map(|t| t.triple).collect::<Vec<_>>().join(", ");
    let found = ALL.iter().find(|t| t.triple == name || t.folder == name);
    found.with_context(|| format!("`{name}` is none of {}", known()))
}
