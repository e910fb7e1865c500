//! Writes the seeds into a libFuzzer corpus: `cargo run -p fuzz --example seeds -- fuzz/targets/corpus`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "fuzz/targets/corpus".into());
    for (name, _) in fuzz::TARGETS {
        let directory = Path::new(&directory).join(name);
        std::fs::create_dir_all(&directory)?;
        for (index, seed) in fuzz::seeds::of(name).into_iter().enumerate() {
            std::fs::write(directory.join(format!("seed-{index}")), seed)?;
        }
    }
    Ok(())
}
