//! Pages and content are embedded in the binary: a new or changed file there means a new build.
fn main() {
    for path in ["ui/dist", "../knowledge/content", "migrations"] {
        println!("cargo:rerun-if-changed={path}");
    }
}
