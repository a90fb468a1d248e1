#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn the_list_names_what_prepare_reads() {
    let manifest = manifest();
    assert_eq!(manifest.file.len(), 2);
    for file in &manifest.file {
        assert_eq!((file.sha256.len(), file.wheel_sha256.len()), (64, 64));
    }
    let cache = Path::new("c");
    assert_eq!(prepared_dir(cache, &["zh", "en"]), prepared_dir(cache, &["EN", "zh", "zh"]));
    assert_ne!(prepared_dir(cache, &["zh", "en"]), prepared_dir(cache, &["zh"]));
}

fn wheel(dir: &Path, member: &str, content: &[u8]) -> PathBuf {
    let path = dir.join("x.whl");
    let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
    zip.start_file(member, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap();
    path
}

#[test]
fn only_what_has_the_right_sum_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let packaged = Packaged {
        package: "p".into(),
        version: "1".into(),
        license: "MIT".into(),
        wheel_sha256: String::new(),
        member: "a/b.bin".into(),
        file: "b.bin".into(),
        sha256: prune::sha256_hex(b"right"),
        bytes: 5,
    };
    let to = dir.path().join("b.bin");
    for wrong in [b"wrong".as_slice(), b"right and more", b""] {
        let error = unpack(&packaged, &wheel(dir.path(), "a/b.bin", wrong), &to).unwrap_err();
        assert!(matches!(&error, FetchError::Hash { file, .. } if file == "a/b.bin"), "{error}");
    }
    let error = unpack(&packaged, &wheel(dir.path(), "c", b"right"), &to).unwrap_err();
    assert!(error.to_string().contains("a/b.bin"), "{error}");
    std::fs::write(dir.path().join("broken.whl"), b"PK not a zip").unwrap();
    assert!(matches!(unpack(&packaged, &dir.path().join("broken.whl"), &to), Err(FetchError::Unpack { .. })));
    assert!(!to.exists());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing half-written stays");
    unpack(&packaged, &wheel(dir.path(), "a/b.bin", b"right"), &to).unwrap();
    assert_eq!(fs::read(to).unwrap(), b"right");
}

#[test]
fn two_at_once_and_a_damaged_directory() {
    let known = crate::testing::cache_dir().join("weights");
    let temp = tempfile::tempdir().unwrap();
    fs::create_dir_all(temp.path().join("weights")).unwrap();
    for file in &manifest().file {
        fs::copy(known.join(&file.file), temp.path().join("weights").join(&file.file))
            .expect("tests need the weights: run `make weights`");
    }
    let fetch = || {
        let mut prepared = false;
        let dir = fetch(temp.path(), &["th"], &mut |p| prepared |= matches!(p, Progress::Preparing { .. })).unwrap();
        (dir, prepared)
    };
    let (a, b) = std::thread::scope(|s| {
        let (a, b) = (s.spawn(fetch), s.spawn(fetch));
        (a.join().unwrap(), b.join().unwrap())
    });
    assert_eq!(a.0, b.0);
    assert!(a.1 ^ b.1, "one prepares, the other finds it done");
    assert!(crate::Encoder::open(&a.0, crate::Precision::F32).is_ok());
    fs::write(a.0.join(prune::RULES), b"{").unwrap();
    assert_eq!(fetch(), (a.0.clone(), true));
    assert_eq!(fetch(), (a.0.clone(), false));
    assert!(crate::Encoder::open(&a.0, crate::Precision::F32).is_ok());
    let unknown = super::fetch(temp.path(), &["klingon"], &mut |_| ()).unwrap_err();
    assert!(unknown.to_string().contains("klingon"));
}
