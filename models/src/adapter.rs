//! Low-rank deltas of the encoder's linears, kept in a file of half-precision numbers.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use candle_core::safetensors::SliceSafetensors;
use candle_core::{DType, Device, Result, Tensor};

use crate::ModelError;
use crate::bert::{Bert, Layer};
use crate::head::split_mix;
use crate::prune::sha256_hex;

/// The adapter that comes with Kefu, trained by `kefu tune`.
const SERVICE: &[u8] = include_bytes!("../weights/service.safetensors");

/// Which deltas an encoder gets when it is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Adaptation {
    /// The built-in ones where they fit: another encoder than the packaged one stays plain.
    #[default]
    Service,
    Plain,
    File(PathBuf),
}

impl FromStr for Adaptation {
    type Err = std::convert::Infallible;

    /// `service`, `none` or the path of a file.
    fn from_str(name: &str) -> std::result::Result<Adaptation, Self::Err> {
        Ok(match name {
            "" | "service" => Adaptation::Service,
            "none" => Adaptation::Plain,
            path => Adaptation::File(path.into()),
        })
    }
}

impl Adaptation {
    pub(crate) fn load(&self) -> std::result::Result<Option<Adapter>, ModelError> {
        match self {
            Adaptation::Service => Adapter::from_bytes(SERVICE).map(Some),
            Adaptation::Plain => Ok(None),
            Adaptation::File(path) => Adapter::open(path).map(Some),
        }
    }
}

/// weight + down · up
#[derive(Clone)]
pub struct Delta {
    /// Input × rank.
    pub down: Tensor,
    /// Rank × output.
    pub up: Tensor,
}

#[derive(Clone)]
pub struct LayerDeltas {
    pub qkv: Delta,
    pub output: Delta,
    pub up: Delta,
    pub down: Delta,
}

impl LayerDeltas {
    pub fn parts(&self) -> [(&'static str, &Delta); 4] {
        [("qkv", &self.qkv), ("output", &self.output), ("up", &self.up), ("down", &self.down)]
    }

    pub fn parts_mut(&mut self) -> [&mut Delta; 4] {
        [&mut self.qkv, &mut self.output, &mut self.up, &mut self.down]
    }
}

#[derive(Clone)]
pub struct Adapter {
    /// By layer; None where the layer stays as it is.
    pub layers: Vec<Option<LayerDeltas>>,
}

impl Delta {
    fn new(input: usize, rank: usize, output: usize, random: &mut u64) -> Delta {
        // Uniform with the variance 1 / input; the second half is zero, so a new adapter changes nothing.
        let bound = (3.0 / input as f32).sqrt();
        let mut one = || ((split_mix(random) >> 40) as f32 / (1u64 << 23) as f32 - 1.0) * bound;
        let down: Vec<f32> = (0..input * rank).map(|_| one()).collect();
        let tensor = |values: Vec<f32>, rows: usize, columns: usize| {
            Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap_or_else(|_| unreachable!("sizes fit"))
        };
        Delta { down: tensor(down, input, rank), up: tensor(vec![0.0; rank * output], rank, output) }
    }

    /// Changes the parameters; gradients that are absent change nothing.
    pub fn add(&mut self, down: &[f32], up: &[f32]) {
        for (half, change) in [(&mut self.down, down), (&mut self.up, up)] {
            let changed = Tensor::from_slice(change, half.shape(), &Device::Cpu).and_then(|c| &*half + c);
            if let Ok(changed) = changed {
                *half = changed;
            }
        }
    }

    /// down · up, input × output.
    pub fn product(&self) -> Result<Tensor> {
        self.down.matmul(&self.up)
    }
}

impl Adapter {
    pub fn new(bert: &Bert, rank: usize, first_layer: usize, seed: u64) -> Adapter {
        let mut random = seed;
        let rank = rank.max(1);
        let (hidden, inner) = (bert.hidden, bert.layers.first().map_or(0, |l| l.up.bias.len()));
        let mut layer = || LayerDeltas {
            qkv: Delta::new(hidden, rank, 3 * hidden, &mut random),
            output: Delta::new(hidden, rank, hidden, &mut random),
            up: Delta::new(hidden, rank, inner, &mut random),
            down: Delta::new(inner, rank, hidden, &mut random),
        };
        let layers = (0..bert.layers.len()).map(|i| (i >= first_layer).then(&mut layer)).collect();
        Adapter { layers }
    }

    /// Tells adapters apart.
    pub fn id(&self) -> std::result::Result<String, ModelError> {
        Ok(sha256_hex(&self.to_bytes()?)[..8].to_owned())
    }

    pub fn to_bytes(&self) -> std::result::Result<Vec<u8>, ModelError> {
        let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        for (i, deltas) in self.layers.iter().enumerate() {
            for (name, delta) in deltas.iter().flat_map(LayerDeltas::parts) {
                for (half, tensor) in [("down", &delta.down), ("up", &delta.up)] {
                    let values: Vec<f32> = tensor.flatten_all()?.to_vec1()?;
                    let bytes = values.iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect();
                    tensors.push((format!("l{i}.{name}.{half}"), tensor.dims().to_vec(), bytes));
                }
            }
        }
        // The order of the header's names is given by hand: the same adapter must be the same bytes.
        let mut header = serde_json::Map::new();
        header.insert("__metadata__".into(), serde_json::json!({"layers": self.layers.len().to_string()}));
        let mut at = 0;
        for (name, shape, bytes) in &tensors {
            let entry = serde_json::json!({"dtype": "F16", "shape": shape, "data_offsets": [at, at + bytes.len()]});
            header.insert(name.clone(), entry);
            at += bytes.len();
        }
        let mut header = serde_json::to_vec(&header).map_err(|e| ModelError::Failed(e.to_string()))?;
        while !header.len().is_multiple_of(8) {
            header.push(b' ');
        }
        let mut out = (header.len() as u64).to_le_bytes().to_vec();
        out.extend(header);
        tensors.iter().for_each(|(_, _, bytes)| out.extend(bytes));
        Ok(out)
    }

    pub fn from_bytes(bytes: &[u8]) -> std::result::Result<Adapter, ModelError> {
        let bad = |why: &str| ModelError::Adapter(format!("the encoder's adapter is damaged ({why})"));
        let length = bytes.first_chunk::<8>().map(|b| u64::from_le_bytes(*b)).ok_or_else(|| bad("too short"))?;
        let end = usize::try_from(length).ok().and_then(|l| l.checked_add(8)).filter(|end| *end <= bytes.len());
        let header = &bytes[8..end.ok_or_else(|| bad("too short"))?];
        let header: serde_json::Value = serde_json::from_slice(header).map_err(|e| bad(&e.to_string()))?;
        let count = header["__metadata__"]["layers"].as_str().and_then(|n| n.parse::<usize>().ok());
        let count = count.filter(|n| (1..=1000).contains(n));
        let count = count.ok_or_else(|| bad("it does not say how many layers it has"))?;
        let file = SliceSafetensors::new(bytes).map_err(|e| bad(&e.to_string()))?;
        let known: HashSet<String> = file.tensors().into_iter().map(|(name, _)| name).collect();
        let half = |name: String| -> std::result::Result<Tensor, ModelError> {
            let tensor = file.load(&name, &Device::Cpu).and_then(|t| t.to_dtype(DType::F32));
            tensor.map_err(|e| bad(&format!("{name}: {}", e.to_string().lines().next().unwrap_or_default())))
        };
        let delta = |i: usize, name: &str| -> std::result::Result<Delta, ModelError> {
            Ok(Delta { down: half(format!("l{i}.{name}.down"))?, up: half(format!("l{i}.{name}.up"))? })
        };
        let layer = |i: usize| -> std::result::Result<Option<LayerDeltas>, ModelError> {
            if !known.contains(&format!("l{i}.qkv.down")) {
                return Ok(None);
            }
            let (qkv, output) = (delta(i, "qkv")?, delta(i, "output")?);
            Ok(Some(LayerDeltas { qkv, output, up: delta(i, "up")?, down: delta(i, "down")? }))
        };
        let layers = (0..count).map(layer).collect::<std::result::Result<_, _>>()?;
        Ok(Adapter { layers })
    }

    pub fn open(path: &Path) -> std::result::Result<Adapter, ModelError> {
        let bytes = std::fs::read(path)
            .map_err(|e| ModelError::Adapter(format!("the adapter {} cannot be read: {e}", path.display())))?;
        Adapter::from_bytes(&bytes)
    }

    /// Multiplies the deltas.
    pub(crate) fn scale(&mut self, by: f32) -> Result<()> {
        for delta in self.layers.iter_mut().flatten().flat_map(LayerDeltas::parts_mut) {
            delta.up = (&delta.up * f64::from(by))?;
        }
        Ok(())
    }

    /// Both, one after the other: the ranks add up.
    pub(crate) fn joined(&self, other: &Adapter) -> Result<Adapter> {
        let join = |a: &Delta, b: &Delta| -> Result<Delta> {
            Ok(Delta { down: Tensor::cat(&[&a.down, &b.down], 1)?, up: Tensor::cat(&[&a.up, &b.up], 0)? })
        };
        let layer = |pair: (&Option<LayerDeltas>, &Option<LayerDeltas>)| -> Result<Option<LayerDeltas>> {
            let (Some(a), Some(b)) = pair else { return Ok(pair.0.clone().or_else(|| pair.1.clone())) };
            Ok(Some(LayerDeltas {
                qkv: join(&a.qkv, &b.qkv)?,
                output: join(&a.output, &b.output)?,
                up: join(&a.up, &b.up)?,
                down: join(&a.down, &b.down)?,
            }))
        };
        Ok(Adapter { layers: self.layers.iter().zip(&other.layers).map(layer).collect::<Result<_>>()? })
    }

    pub(crate) fn check_layers(&self, count: usize) -> std::result::Result<(), ModelError> {
        if self.layers.len() == count {
            return Ok(());
        }
        Err(ModelError::Adapter("the adapter was made for an encoder of another size".into()))
    }

    /// Adds the deltas to the weights of one layer.
    pub(crate) fn merge_layer(&self, number: usize, layer: &mut Layer) -> std::result::Result<(), ModelError> {
        let Some(Some(deltas)) = self.layers.get(number) else { return Ok(()) };
        let linears = [&mut layer.qkv, &mut layer.output, &mut layer.up, &mut layer.down];
        for (linear, (_, delta)) in linears.into_iter().zip(deltas.parts()) {
            let (input, rank) = delta.down.dims2()?;
            let (low, output) = delta.up.dims2()?;
            if rank != low || linear.weight()?.dims() != [input, output] {
                return Err(ModelError::Adapter("the adapter was made for an encoder of another size".into()));
            }
            linear.change(&delta.product()?)?;
        }
        Ok(())
    }

    /// Adds the deltas to the weights.
    #[cfg(test)]
    pub(crate) fn merge(&self, bert: &mut Bert) -> std::result::Result<(), ModelError> {
        self.check_layers(bert.layers.len())?;
        bert.layers.iter_mut().enumerate().try_for_each(|(i, layer)| self.merge_layer(i, layer))
    }
}
