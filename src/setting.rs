//! All settings that reading, checking and writing a report depend on, as one value that is passed by reference.

use crate::import::Limits;
use crate::layout::Faces;
use crate::normalize::Options;
use crate::site::Site;
use crate::style::Style;

/// Everything besides the input that findings and outputs depend on.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Limits on the size of inputs.
    pub limits: Limits,
    /// The forms to recognise, and whether marks, spaces and quotes of texts are kept as they are.
    pub options: Options,
    /// Looks of PDF and DOCX.
    pub style: Style,
    /// Font faces, the built-in ones or those that the style names.
    pub faces: Faces,
    /// Meta tags of web pages about their site.
    pub site: Site,
}

/// With the built-in faces.
#[cfg(feature = "faces")]
impl Default for Setting {
    fn default() -> Setting {
        Setting::with_faces(Faces::built_in())
    }
}

impl Setting {
    /// The default setting, with faces that the host gives.
    pub fn with_faces(faces: Faces) -> Setting {
        let (limits, options, style) = (Limits::default(), Options::default(), Style::default());
        Setting { limits, options, style, faces, site: Site::default() }
    }
}
