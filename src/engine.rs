//! The engine: one value that holds what all stages share, and what workers keep from report to report.
//!
//! Takes a [`Setting`]; the functions of the pipeline take the engine by reference, from any number of threads. There is
//! no other state: everything kept here is a cache that never changes an output.

use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::batch::BlankTemplates;
use crate::export::{self, pdf::Programs};
use crate::fault::{Faults, Watch};
use crate::formats::Format;
use crate::setting::Setting;
use crate::{layout, normalize};

/// Setting, shared caches and idle workers.
pub struct Engine {
    setting: Setting,
    /// Font programs, opened once for all workers.
    programs: Arc<Programs>,
    /// The cells of the blank templates, listed once.
    templates: OnceLock<BlankTemplates>,
    idle: Mutex<Vec<Worker>>,
    faults: Faults,
}

/// What one thread keeps from report to report.
pub(crate) struct Worker {
    pub normalize: normalize::Cache,
    pub layout: layout::Cache,
    pub export: export::Cache,
}

/// A worker that was taken from an engine. It goes back when this is dropped, except after a panic, which may have left a cache
/// incomplete.
pub(crate) struct Taken<'e> {
    engine: &'e Engine,
    worker: Option<Worker>,
}

/// With the default setting.
#[cfg(feature = "faces")]
impl Default for Engine {
    fn default() -> Engine {
        Engine::new(Setting::default())
    }
}

impl Engine {
    /// An engine with empty caches.
    pub fn new(setting: Setting) -> Engine {
        Engine {
            setting,
            programs: Arc::default(),
            templates: OnceLock::new(),
            idle: Mutex::default(),
            faults: Faults::default(),
        }
    }

    /// The same with an observer of steps.
    pub fn watched(self, watch: Arc<Watch>) -> Engine {
        Engine { faults: Faults::watched(watch), ..self }
    }

    /// Runs steps, and gives the hook that notes where they panic.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What it was made with.
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    /// What the first report in these formats would wait for, to be run on another thread meanwhile; `None` if there is nothing.
    pub fn warming(&self, formats: &[Format]) -> Option<impl FnOnce() + Send + 'static> {
        let (programs, faces) = (self.programs.clone(), self.setting.faces.clone());
        formats.iter().any(|f| f.needs().pages).then_some(move || programs.warm(&faces))
    }

    /// The blank templates of the built-in forms and of those of the setting.
    pub(crate) fn templates(&self) -> &BlankTemplates {
        self.templates.get_or_init(|| BlankTemplates::new(&self.setting.options.forms))
    }

    /// Takes an idle worker, or makes one.
    pub(crate) fn worker(&self) -> Taken<'_> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let new = || {
            let export = export::Cache::with(self.programs.clone());
            Worker { normalize: normalize::Cache::default(), layout: layout::Cache::default(), export }
        };
        Taken { engine: self, worker: Some(idle.unwrap_or_else(new)) }
    }
}

impl Deref for Taken<'_> {
    type Target = Worker;

    fn deref(&self) -> &Worker {
        // It is there until the drop.
        self.worker.as_ref().expect("a worker")
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take().filter(|_| !std::thread::panicking()) {
            self.engine.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        }
    }
}
