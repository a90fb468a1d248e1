use super::*;

/// Numbers between -1 and 1, some of them ten times as large.
fn numbers(n: usize, seed: usize) -> Vec<f32> {
    let number = |i: usize| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.0 - 1.0;
    (0..n).map(|i| if (i + seed).is_multiple_of(97) { number(i) * 10.0 } else { number(i) }).collect()
}

fn plain(x: &[f32], weight: &[f32], bias: &[f32], input: usize) -> Vec<f32> {
    let output = bias.len();
    let mut out = Vec::new();
    for row in x.chunks_exact(input) {
        for (n, bias) in bias.iter().enumerate() {
            let terms = row.iter().enumerate().map(|(k, x)| f64::from(*x) * f64::from(weight[k * output + n]));
            out.push((terms.sum::<f64>() + f64::from(*bias)) as f32);
        }
    }
    out
}

fn length(v: impl Iterator<Item = f32>) -> f32 {
    v.map(|v| v * v).sum::<f32>().sqrt()
}

fn product(weights: &Weights, x: &[f32]) -> Vec<f32> {
    let mut out = vec![f32::NAN; 3];
    weights.apply(&parts(weights, x), &mut out);
    out
}

fn parts(weights: &Weights, x: &[f32]) -> Vec<Part> {
    let mut parts = vec![EMPTY; 2];
    weights.quantise(x, &mut parts);
    parts
}

#[test]
fn products_of_all_sizes_are_close_and_the_same_on_every_processor() {
    if Isa::all().is_empty() {
        eprintln!("skipped: this processor works with floats");
    }
    for (input, output) in [(1, 1), (3, 2), (127, 31), (128, 128), (129, 33), (300, 130), (384, 96), (1536, 40)] {
        let (weight, bias) = (numbers(input * output, 1), numbers(output, 2));
        for rows in [1, 2, 3, 7, 8, 9, 14, 17, 40] {
            let x = numbers(rows * input, rows);
            let expected = plain(&x, &weight, &bias, input);
            let mut first: Option<Vec<f32>> = None;
            for isa in Isa::all() {
                let weights = Weights::with(isa, &weight, &bias, input, output).expect("finite");
                let ours = product(&weights, &x);
                let off = length(ours.iter().zip(&expected).map(|(a, b)| a - b));
                // About the length of the product of unrelated numbers.
                let size = length(x.iter().copied()) * length(weight.iter().copied()) / (input as f32).sqrt();
                assert!(off <= 0.06 * size, "{isa:?} {rows} × {input} × {output}: {off} of {size}");
                assert_eq!(*first.get_or_insert(ours.clone()), ours, "{isa:?} {rows} × {input} × {output}");
            }
        }
    }
}

#[test]
fn a_row_gives_the_same_alone_and_among_others_on_any_number_of_threads() {
    let (input, output, rows) = (384, 96, 29);
    let Some(weights) = Weights::new(&numbers(input * output, 1), &numbers(output, 2), input, output) else { return };
    let x = numbers(rows * input, 3);
    let negative = |block: &mut [f32; BLOCK]| block.iter_mut().for_each(|v| *v = -*v);
    let all = product(&weights, &x);
    let (mut then, mut there) = (Vec::new(), Vec::new());
    weights.apply_then(&parts(&weights, &x), &mut then, negative);
    for (i, row) in x.chunks_exact(input).enumerate() {
        assert_eq!(product(&weights, row), all[i * output..(i + 1) * output], "row {i}");
    }
    for threads in [1, 2, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        assert_eq!(pool.install(|| product(&weights, &x)), all, "{threads} threads");
        pool.install(|| weights.apply_then(&parts(&weights, &x), &mut there, negative));
        assert!(there.iter().zip(&then).all(|(a, b)| a.bytes == b.bytes && a.low == b.low && a.scale == b.scale));
    }
}

#[test]
fn the_largest_bytes_do_not_overflow() {
    for isa in Isa::all() {
        let input = 1536;
        // Every input but one of each block at the top, every weight at an end: the sums are as large as they can be.
        let x: Vec<f32> = (0..input).map(|i| if i % BLOCK == 5 { 0.0 } else { 255.0 }).collect();
        let weight: Vec<f32> = (0..input).flat_map(|_| [127.0, -127.0]).collect();
        let weights = Weights::with(isa, &weight, &[1.0, -1.0], input, 2).expect("finite");
        let expected = 127.0 * 255.0 * (input - input / BLOCK) as f32 + 1.0;
        let ours = product(&weights, &x);
        assert!((ours[0] / expected - 1.0).abs() < 1e-6 && (ours[1] / expected + 1.0).abs() < 1e-6, "{isa:?} {ours:?}");
    }
}

#[test]
fn numbers_that_bytes_cannot_hold() {
    let Some(isa) = Isa::detect() else { return };
    let weight = numbers(128 * 2, 1);
    assert!(Weights::with(isa, &weight, &[0.0], 128, 2).is_none(), "a bias is missing");
    for bad in [f32::NAN, f32::INFINITY] {
        let mut weight = weight.clone();
        weight[77] = bad;
        assert!(Weights::with(isa, &weight, &[0.0; 2], 128, 2).is_none(), "{bad}");
    }
    let weights = Weights::with(isa, &weight, &[0.5, 0.5], 128, 2).expect("finite");
    assert_eq!(product(&weights, &[0.0; 128]), [0.5, 0.5]);
    let same = product(&weights, &[3.0; 128]);
    let expected = plain(&[3.0; 128], &weight, &[0.5, 0.5], 128);
    assert!((same[0] - expected[0]).abs() < 3.0, "{same:?} {expected:?}");
    let tiny = product(&weights, &(0..128).map(|i| i as f32 * 1e-38).collect::<Vec<_>>());
    assert_eq!(tiny, [0.5, 0.5]);
    let mut x = [1.0; 128];
    x[9] = f32::INFINITY;
    assert!(product(&weights, &x).iter().all(|y| !y.is_finite()), "what is no number stays none");
    assert!(product(&weights, &[]).is_empty());
    let nothing = Weights::with(isa, &[0.0; 256], &[0.25; 2], 128, 2).expect("finite");
    assert_eq!(product(&nothing, &numbers(128, 1)), [0.25, 0.25]);
}
