//! On Windows: puts a manifest into the program, without any tool of Windows. It states the versions of Windows that the program
//! knows, so that none treats it as an old one, UTF-8 as its code page, and that paths may be long.

use embed_manifest::manifest::{ActiveCodePage, ExecutionLevel, Setting, SupportedOS};
use embed_manifest::{embed_manifest, empty_manifest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_CFG_WINDOWS").is_some() {
        let manifest = empty_manifest()
            .name("nianbao")
            .supported_os(SupportedOS::Windows7..=SupportedOS::Windows10)
            .active_code_page(ActiveCodePage::Utf8)
            .long_path_aware(Setting::Enabled)
            .requested_execution_level(ExecutionLevel::AsInvoker);
        embed_manifest(manifest)?;
    }
    Ok(())
}
