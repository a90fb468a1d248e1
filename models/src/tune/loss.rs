//! The supervised contrastive loss over a batch of sentence vectors, and its slope at the encoder's last layer.

/// `rows` are the last layer's vectors, token by token; the sentence vector is their mean, normalised. Returns the
/// loss and its slope at every row. Texts whose class no other text of the batch has are negatives for the others.
pub fn pooled(rows: &[f32], hidden: usize, lengths: &[usize], classes: &[usize], temperature: f32) -> (f32, Vec<f32>) {
    let n = lengths.len();
    let mut units = vec![0f32; n * hidden];
    let mut norms = vec![0f32; n];
    let mut at = 0;
    for ((unit, &length), norm) in units.chunks_exact_mut(hidden).zip(lengths).zip(&mut norms) {
        for row in rows[at * hidden..(at + length) * hidden].chunks_exact(hidden) {
            unit.iter_mut().zip(row).for_each(|(u, v)| *u += v / length as f32);
        }
        at += length;
        *norm = unit.iter().map(|u| u * u).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        unit.iter_mut().for_each(|u| *u /= *norm);
    }
    let (loss, slopes) = contrastive(&units, hidden, classes, temperature);
    let mut out = Vec::with_capacity(rows.len());
    for (((slope, unit), &length), norm) in
        slopes.chunks_exact(hidden).zip(units.chunks_exact(hidden)).zip(lengths).zip(&norms)
    {
        // Through the normalisation: what goes along the vector has no effect.
        let along: f32 = slope.iter().zip(unit).map(|(s, u)| s * u).sum();
        let row: Vec<f32> = slope.iter().zip(unit).map(|(s, u)| (s - along * u) / norm / length as f32).collect();
        (0..length).for_each(|_| out.extend_from_slice(&row));
    }
    (loss, out)
}

fn contrastive(units: &[f32], hidden: usize, classes: &[usize], temperature: f32) -> (f32, Vec<f32>) {
    let n = classes.len();
    let row = |i: usize| &units[i * hidden..(i + 1) * hidden];
    let cosine = |i: usize, j: usize| row(i).iter().zip(row(j)).map(|(a, b)| a * b).sum::<f32>();
    let mut similar = vec![0f32; n * n];
    for i in 0..n {
        for j in 0..i {
            let s = cosine(i, j) / temperature;
            similar[i * n + j] = s;
            similar[j * n + i] = s;
        }
    }
    let anchors = (0..n).filter(|&i| (0..n).any(|j| j != i && classes[j] == classes[i])).count().max(1) as f32;
    let mut loss = 0f32;
    let mut slopes = vec![0f32; units.len()];
    for i in 0..n {
        let same: Vec<usize> = (0..n).filter(|&j| j != i && classes[j] == classes[i]).collect();
        if same.is_empty() {
            continue;
        }
        let s = &similar[i * n..(i + 1) * n];
        let highest = (0..n).filter(|&j| j != i).map(|j| s[j]).fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = (0..n).filter(|&j| j != i).map(|j| (s[j] - highest).exp()).sum();
        let share = 1.0 / same.len() as f32;
        loss -= same.iter().map(|&j| s[j] - highest - sum.ln()).sum::<f32>() * share / anchors;
        for j in (0..n).filter(|&j| j != i) {
            let expected = (s[j] - highest).exp() / sum;
            let wanted = if classes[j] == classes[i] { share } else { 0.0 };
            let g = (expected - wanted) / temperature / anchors;
            for d in 0..hidden {
                slopes[i * hidden + d] += g * units[j * hidden + d];
                slopes[j * hidden + d] += g * units[i * hidden + d];
            }
        }
    }
    (loss, slopes)
}
