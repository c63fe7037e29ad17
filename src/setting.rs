//! What reading and setting a report depends on, as one value that is passed by reference.

use crate::import::Limits;
use crate::layout::Faces;
use crate::normalize::Options;
use crate::site::Site;
use crate::style::Style;

/// Everything that reading and setting depend on.
#[derive(Debug, Clone)]
pub struct Setting {
    pub limits: Limits,
    pub options: Options,
    pub style: Style,
    pub faces: Faces,
    /// What web pages say of their site.
    pub site: Site,
}

impl Default for Setting {
    fn default() -> Setting {
        let (limits, options, style) = (Limits::default(), Options::default(), Style::default());
        Setting { limits, options, style, faces: Faces::built_in(), site: Site::default() }
    }
}
