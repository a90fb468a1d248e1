//! A small network over the states of a text's pieces: it scores every label of every unit (a character, or a word of a
//! script with spaces). Who owns it knows what labels follow each other, and tells it the gradient of its scores.

use candle_core::{D, Device, Result, Tensor, Var};
use half::f16;
use serde::{Deserialize, Serialize};

use crate::States;
use crate::head::split_mix;

/// The pieces that a unit lies in, and its place in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// First and last piece; none when the encoder did not see the unit.
    pub pieces: Option<(u32, u32)>,
    /// Below `PLACES`.
    pub kind: u8,
}

pub const PLACES: usize = 8;

/// Parts of the step of Adam.
const MOMENTUM: f32 = 0.9;
const SQUARES: f32 = 0.99;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    pub width: usize,
    pub hidden: usize,
    pub labels: usize,
}

#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub rate: f32,
    pub decay: f32,
    /// Share of inputs and of hidden values that are left out at random.
    pub drop_input: f32,
    pub drop_hidden: f32,
}

pub struct Network {
    shape: Shape,
    mean: Vec<f32>,
    scale: Vec<f32>,
    parameters: Vec<Var>,
    moments: Vec<(Tensor, Tensor)>,
    steps: i32,
    random: u64,
}

/// Rows and columns of the parameters, in their order.
fn sizes(s: Shape) -> [(usize, usize); 8] {
    let h = s.hidden;
    [
        (s.width, h), // of a piece
        (1, h),
        (PLACES, h),
        (3 * h, h), // unit and its neighbours
        (1, h),
        (h, s.labels),
        (1, s.labels),
        (PLACES, s.labels),
    ]
}

/// Texts one after the other, with a row of nothing before, between and after them.
struct Packed {
    states: Tensor,
    first: Tensor,
    last: Tensor,
    kinds: Tensor,
    unit_left: Tensor,
    unit_right: Tensor,
    /// 1 for a unit that has a piece.
    seen: Tensor,
    units: usize,
}

impl Network {
    /// The scale of the input is taken from `samples`.
    pub fn new<'a>(shape: Shape, samples: impl Iterator<Item = &'a States>, seed: u64) -> Result<Network> {
        let mut random = seed;
        let (mut sum, mut squares, mut count) = (vec![0f64; shape.width], vec![0f64; shape.width], 0f64);
        for states in samples {
            for piece in 0..states.spans.len() {
                count += 1.0;
                for ((s, q), v) in sum.iter_mut().zip(&mut squares).zip(states.row(piece)) {
                    *s += f64::from(v);
                    *q += f64::from(v) * f64::from(v);
                }
            }
        }
        let count = count.max(1.0);
        let mean: Vec<f32> = sum.iter().map(|s| (s / count) as f32).collect();
        let spread = squares.iter().zip(&mean).map(|(q, m)| (q / count - f64::from(*m).powi(2)).max(0.0).sqrt() as f32);
        let scale: Vec<f32> = spread.map(|s| if s > 1e-4 { 1.0 / s } else { 0.0 }).collect();
        let mut parameters = Vec::new();
        for (i, (rows, columns)) in sizes(shape).into_iter().enumerate() {
            // Weights of layers are drawn to keep the spread of their input; shifts and scores begin at nothing.
            let spread = if matches!(i, 0 | 3) { (2.0 / rows as f32).sqrt() * 0.7 } else { 0.0 };
            let values = (0..rows * columns).map(|_| normal(&mut random) * spread).collect::<Vec<f32>>();
            parameters.push(Var::from_tensor(&Tensor::from_vec(values, (rows, columns), &Device::Cpu)?)?);
        }
        Network::whole(shape, mean, scale, parameters, random)
    }

    /// What `numbers` gave.
    pub fn from_numbers(shape: Shape, numbers: &[f16]) -> Result<Network> {
        if !whole_numbers(shape, numbers) {
            candle_core::bail!("the network's numbers do not fit its shape");
        }
        let mut rest = numbers.iter().map(|n| n.to_f32());
        let mean = rest.by_ref().take(shape.width).collect();
        let scale = rest.by_ref().take(shape.width).collect();
        let mut parameters = Vec::new();
        for (rows, columns) in sizes(shape) {
            let values: Vec<f32> = rest.by_ref().take(rows * columns).collect();
            parameters.push(Var::from_tensor(&Tensor::from_vec(values, (rows, columns), &Device::Cpu)?)?);
        }
        Network::whole(shape, mean, scale, parameters, 0)
    }

    fn whole(shape: Shape, mean: Vec<f32>, scale: Vec<f32>, parameters: Vec<Var>, random: u64) -> Result<Network> {
        Ok(Network { shape, mean, scale, parameters, moments: Vec::new(), steps: 0, random })
    }

    fn pack(&self, texts: &[(&States, &[Place])]) -> Result<Packed> {
        let pieces: usize = texts.iter().map(|t| t.0.spans.len()).sum();
        let units: usize = texts.iter().map(|t| t.1.len()).sum();
        let width = self.shape.width;
        let mut rows = vec![0f32; (pieces + 1) * width];
        let mut start = 1; // row 0 stands for nothing
        let (mut first, mut last, mut kinds, mut seen) = (vec![], vec![], vec![], vec![]);
        let (mut unit_left, mut unit_right) = (vec![], vec![]);
        for (states, places) in texts {
            let count = states.spans.len();
            for piece in 0..count {
                let out = rows[(start as usize + piece) * width..].iter_mut();
                for ((o, v), (m, s)) in out.zip(states.row(piece)).zip(self.mean.iter().zip(&self.scale)) {
                    *o = ((v - m) * s).clamp(-8.0, 8.0);
                }
            }
            let begin = first.len() as u32 + 1;
            for (i, place) in places.iter().enumerate() {
                let inside = place.pieces.filter(|(a, b)| a <= b && (*b as usize) < count);
                let (a, b) = inside.map_or((0, 0), |(a, b)| (start + a, start + b));
                first.push(a);
                last.push(b);
                seen.push(if inside.is_some() { 1f32 } else { 0.0 });
                kinds.push(u32::from(place.kind) % PLACES as u32);
                let at = begin + i as u32;
                unit_left.push(if i > 0 { at - 1 } else { 0 });
                unit_right.push(if i + 1 < places.len() { at + 1 } else { 0 });
            }
            start += count as u32;
        }
        let index = |v: Vec<u32>| Tensor::new(v, &Device::Cpu);
        Ok(Packed {
            states: Tensor::from_vec(rows, (pieces + 1, width), &Device::Cpu)?,
            first: index(first)?,
            last: index(last)?,
            kinds: index(kinds)?,
            unit_left: index(unit_left)?,
            unit_right: index(unit_right)?,
            seen: Tensor::from_vec(seen, (units, 1), &Device::Cpu)?,
            units,
        })
    }

    /// From the pieces' projections to scores; `drop` leaves out a part of the hidden values.
    fn score(
        &self,
        projected: &Tensor,
        p: &[Tensor],
        packed: &Packed,
        drop: Option<(f32, &mut u64)>,
    ) -> Result<Tensor> {
        let h = self.shape.hidden;
        let masks = match drop {
            Some((drop, random)) => {
                Some((mask(random, (projected.dim(0)?, h), drop)?, mask(random, (packed.units, h), drop)?))
            }
            None => None,
        };
        let mut pieces = projected.broadcast_add(&p[1])?.gelu()?;
        if let Some((mask, _)) = &masks {
            pieces = (pieces * mask)?;
        }
        let both = (pieces.index_select(&packed.first, 0)? + pieces.index_select(&packed.last, 0)?)?;
        let units = (both * 0.5)?.broadcast_mul(&packed.seen)?;
        let units = (units + p[2].index_select(&packed.kinds, 0)?)?;
        let nothing = Tensor::zeros((1, h), candle_core::DType::F32, &Device::Cpu)?;
        let padded = Tensor::cat(&[&nothing, &units], 0)?;
        let around = Tensor::cat(
            &[&units, &padded.index_select(&packed.unit_left, 0)?, &padded.index_select(&packed.unit_right, 0)?],
            D::Minus1,
        )?;
        let mut inner = (around.matmul(&p[3])?.broadcast_add(&p[4])?.gelu()? + &units)?;
        if let Some((_, mask)) = &masks {
            inner = (inner * mask)?;
        }
        inner.matmul(&p[5])?.broadcast_add(&p[6])? + p[7].index_select(&packed.kinds, 0)?
    }

    /// Units × labels, text after text.
    pub fn scores(&self, texts: &[(&States, &[Place])]) -> Result<Vec<f32>> {
        let packed = self.pack(texts)?;
        if packed.units == 0 {
            return Ok(Vec::new());
        }
        let p: Vec<Tensor> = self.parameters.iter().map(|p| p.as_detached_tensor()).collect();
        self.score(&packed.states.matmul(&p[0])?, &p, &packed, None)?.flatten_all()?.to_vec1()
    }

    /// One step: `gradient` gets the scores and returns the loss' gradient by them.
    pub fn learn(
        &mut self,
        texts: &[(&States, &[Place])],
        step: &Step,
        gradient: impl FnOnce(&[f32]) -> Vec<f32>,
    ) -> Result<()> {
        let packed = self.pack(texts)?;
        if packed.units == 0 {
            return Ok(());
        }
        let mut random = self.random;
        let states = (&packed.states * mask(&mut random, packed.states.dims2()?, step.drop_input)?)?;
        // The projection is a leaf of its own: nobody needs the gradient of the states, half of the work.
        let projected = Var::from_tensor(&states.matmul(&self.parameters[0].as_detached_tensor())?)?;
        let p: Vec<Tensor> = self.parameters.iter().map(|p| p.as_tensor().clone()).collect();
        let scores = self.score(projected.as_tensor(), &p, &packed, Some((step.drop_hidden, &mut random)))?;
        self.random = random;
        let by = gradient(&scores.flatten_all()?.to_vec1::<f32>()?);
        let by = Tensor::from_vec(by, (packed.units, self.shape.labels), &Device::Cpu)?;
        let gradients = (scores * by)?.sum_all()?.backward()?;
        let projection = gradients.get(&projected).map(|g| states.t()?.matmul(g)).transpose()?;
        self.steps += 1;
        if self.moments.is_empty() {
            for p in &self.parameters {
                self.moments.push((p.zeros_like()?, p.zeros_like()?));
            }
        }
        let (c1, c2) = (1.0 - MOMENTUM.powi(self.steps), 1.0 - SQUARES.powi(self.steps));
        for (i, (p, (m, v))) in self.parameters.iter().zip(&mut self.moments).enumerate() {
            let Some(g) = (if i == 0 { projection.as_ref() } else { gradients.get(p) }) else { continue };
            *m = ((&*m * f64::from(MOMENTUM))? + (g * f64::from(1.0 - MOMENTUM))?)?.detach();
            *v = ((&*v * f64::from(SQUARES))? + (g.sqr()? * f64::from(1.0 - SQUARES))?)?.detach();
            let direction = ((&*m / f64::from(c1))? / ((&*v / f64::from(c2))?.sqrt()? + 1e-8)?)?;
            let mut next = (p.as_tensor().detach() - (direction * f64::from(step.rate))?)?;
            if matches!(i, 0 | 3 | 5) {
                next = (next * f64::from(1.0 - step.rate * step.decay))?;
            }
            p.set(&next.detach())?;
        }
        Ok(())
    }

    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The numbers of all parameters in half precision.
    pub fn numbers(&self) -> Result<Vec<f16>> {
        let half = |v: &f32| f16::from_f32(*v);
        let mut all: Vec<f16> = self.mean.iter().chain(&self.scale).map(half).collect();
        for p in &self.parameters {
            all.extend(p.as_tensor().flatten_all()?.to_vec1::<f32>()?.iter().map(half));
        }
        Ok(all)
    }
}

/// Whether numbers are as many as the shape has places, and none of them senseless.
fn whole_numbers(shape: Shape, numbers: &[f16]) -> bool {
    let bounded = [shape.width, shape.hidden, shape.labels].iter().all(|n| (1..1 << 16).contains(n));
    let count = || sizes(shape).iter().fold(2 * shape.width, |sum, (rows, columns)| sum + rows * columns);
    bounded && count() == numbers.len() && numbers.iter().all(|n| n.is_finite())
}

/// Ones that are left out at random; what stays is made larger for it.
fn mask(random: &mut u64, shape: (usize, usize), drop: f32) -> Result<Tensor> {
    let keep = 1.0 / (1.0 - drop);
    let bound = (f64::from(drop) * f64::from(u32::MAX)) as u32;
    let mut values = Vec::with_capacity(shape.0 * shape.1 + 1);
    while values.len() < shape.0 * shape.1 {
        let r = split_mix(random);
        values.push(if (r as u32) < bound { 0.0 } else { keep });
        values.push(if ((r >> 32) as u32) < bound { 0.0 } else { keep });
    }
    values.truncate(shape.0 * shape.1);
    Tensor::from_vec(values, shape, &Device::Cpu)
}

/// About normal: the sum of some even draws.
fn normal(random: &mut u64) -> f32 {
    let sum: f32 = (0..3).map(|_| (split_mix(random) >> 40) as f32 / (1u64 << 24) as f32 - 0.5).sum();
    sum * 2.0
}
