//! Reads the packaged 4-bit encoder: a header, the vocabulary (not used, the original tokenizer is), and tensors.

use std::collections::HashMap;

pub struct SourceTensor<'a> {
    pub quantised: bool,
    pub elements: usize,
    pub data: &'a [u8],
}

pub struct Source<'a> {
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub intermediate: usize,
    pub positions: usize,
    pub epsilon: f64,
    pub tensors: HashMap<String, SourceTensor<'a>>,
}

/// Bytes from the front; nothing is taken on trust.
struct Reader<'a> {
    file: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(n)?;
        let bytes = self.file.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
    fn u32(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.array()?) as usize)
    }
    fn u64(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.array()?)).ok()
    }
}

impl<'a> Source<'a> {
    /// None when the file is not what it should be.
    pub fn parse(file: &'a [u8]) -> Option<Self> {
        let mut r = Reader { file, at: 0 };
        if r.take(4)? != b"E5S1" || r.u32()? != 1 {
            return None;
        }
        let [hidden, layers, heads, intermediate, _words, positions] =
            [r.u32()?, r.u32()?, r.u32()?, r.u32()?, r.u32()?, r.u32()?];
        let _token_types = r.u32()?;
        let epsilon = f64::from(f32::from_le_bytes(r.array()?));
        let _block = r.u32()?;
        let pieces = r.u32()?;
        let _special_ids = r.take(16)?;
        let blob = r.u64()?;
        r.take(pieces.checked_add(1)?.checked_mul(4)?)?; // offsets
        r.take(pieces.checked_mul(4)?)?; // scores
        r.take(blob)?;
        let _normalised = r.u32()?;
        let table = r.u32()?;
        r.take(table)?;
        let count = r.u32()?;
        let mut tensors = HashMap::new();
        for _ in 0..count {
            let length = usize::from(u16::from_le_bytes(r.array()?));
            let name = std::str::from_utf8(r.take(length)?).ok()?.to_owned();
            let kind = r.take(1)?[0];
            let elements = r.u32()?;
            let (offset, bytes) = (r.u64()?, r.u64()?);
            let data = file.get(offset..offset.checked_add(bytes)?)?;
            let expected = match kind {
                0 => elements.checked_mul(4)?,
                1 => crate::q4::row_bytes(elements),
                _ => return None,
            };
            if bytes != expected {
                return None;
            }
            tensors.insert(name, SourceTensor { quantised: kind == 1, elements, data });
        }
        Some(Source { hidden, layers, heads, intermediate, positions, epsilon, tensors })
    }
}
