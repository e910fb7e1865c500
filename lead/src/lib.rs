//! The domain of patient intake: what a practice publishes, what a patient sends, how urgent and how
//! valuable it is and why, and what became of it.
//!
//! Pure: no I/O, no clock, no randomness. The same code runs in the patient's browser, in the console
//! and in the practice's own program, and gives the same answer to the point in each. Nothing here
//! encrypts, signs, stores or sends.
//!
//! Value ([`scoring`]), urgency ([`triage`]) and intent ([`intent`]) are three different things.

#[macro_use]
mod redacted;

pub mod assess;
pub mod fault;
pub mod fhir;
pub mod handover;
pub mod hl7;
pub mod hours;
pub mod ical;
pub mod inquiry;
pub mod intent;
mod lexicon;
pub mod manifest;
pub mod members;
mod order;
pub mod report;
pub mod scoring;
pub mod sequence;
pub mod signals;
pub mod slots;
pub mod text;
pub mod thread;
pub mod triage;
pub mod validate;

pub use assess::{Assessment, assess};
pub use fault::Fault;
pub use inquiry::Inquiry;
pub use manifest::{Manifest, ManifestSource};
pub use text::Text;
