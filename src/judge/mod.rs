//! Decisions about the reports of a run: status, comparison between years, names, skipped copies, permission to publish.
//!
//! Takes examined inputs, gives records and findings as values, the same for every front end. It reads no input, writes no output
//! and prints nothing.
//!
//! The order for a run: [`Judged::record`] for each input; over all records [`pass_over_own`], [`pass_over_repeated`],
//! [`refuse_collisions`] if files are written, and [`conclude`]; before a report is published [`clear_for_publication`].

mod across;
mod collisions;
mod names;
mod own;
mod publication;
mod record;
mod repeated;
mod sum;

pub use across::conclude;
pub use collisions::refuse_collisions;
pub use names::stem;
pub use own::{pass_over_own, roster};
pub use publication::{clear_for_publication, waive};
pub use record::{Judged, judge, unread};
pub use repeated::pass_over_repeated;
pub use sum::{Gathered, InputRole, Summed, Summing};
