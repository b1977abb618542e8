//! Dominance, fronts and dominated volume.

/// Whether `a` is nowhere worse than `b` and somewhere better.
#[inline(always)]
pub fn dominates(a: &[f64], b: &[f64]) -> bool {
    a.iter().zip(b).all(|(a, b)| a <= b) && a.iter().zip(b).any(|(a, b)| a < b)
}

/// Peels Pareto fronts of `(first, second)` until they hold `at_least` points; returns
/// `(index, front)` with fronts counted from 1, ordered by front, then by the first objective.
///
/// Points that are not finite are left out. Equal points share a front.
pub fn fronts(points: &[(f64, f64)], at_least: usize) -> Vec<(usize, usize)> {
    let mut rest: Vec<usize> = (0..points.len())
        .filter(|i| points[*i].0.is_finite() && points[*i].1.is_finite())
        .collect();
    rest.sort_by(|a, b| {
        let (p, q) = (points[*a], points[*b]);
        p.0.total_cmp(&q.0).then(p.1.total_cmp(&q.1)).then(a.cmp(b))
    });
    let mut out = Vec::new();
    let mut front = 0;
    while !rest.is_empty() && out.len() < at_least.max(1) {
        front += 1;
        let mut last: Option<(f64, f64)> = None;
        rest.retain(|&i| {
            let p = points[i];
            // In ascending order of the first objective a point is on the front when it improves
            // the second one, or repeats the point that did.
            let on_front = last.is_none_or(|best| p.1 < best.1 || p == best);
            if on_front {
                last = Some(p);
                out.push((i, front));
            }
            !on_front
        });
    }
    out
}

/// The archive that turns several objectives into one loss (as nevergrad does): a point that
/// enlarges the volume dominated up to the reference scores minus that volume; any other point
/// scores its distance to the front that dominates it, less the volume.
#[derive(Debug, Clone)]
pub struct Archive {
    objectives: usize,
    reference: [f64; 3],
    front: Vec<[f64; 3]>,
    sweep: Vec<[f64; 3]>,
    volume: f64,
}

impl Archive {
    /// An empty archive for two or three objectives with room for `capacity` points.
    pub fn new(objectives: usize, reference: [f64; 3], capacity: usize) -> Self {
        Self {
            objectives,
            reference,
            front: Vec::with_capacity(capacity + 1),
            sweep: Vec::with_capacity(capacity + 1),
            volume: 0.0,
        }
    }

    /// Volume dominated so far.
    pub fn volume(&self) -> f64 {
        self.volume
    }

    /// Scores a point and keeps it when it belongs to the front. Points that do not lie within
    /// the reference score above all that do.
    pub fn tell(&mut self, point: [f64; 3]) -> f64 {
        let d = self.objectives;
        let overshoot: f64 =
            (0..d)
                .map(|i| {
                    if point[i].is_finite() { (point[i] - self.reference[i]).max(0.0) } else { 1e6 }
                })
                .sum();
        if overshoot > 0.0 {
            return 1.0 + overshoot;
        }
        let mut distance = f64::INFINITY;
        for kept in &self.front {
            if (0..d).all(|i| kept[i] <= point[i]) {
                let gap = (0..d).map(|i| point[i] - kept[i]).fold(f64::INFINITY, f64::min);
                distance = distance.min(gap);
            }
        }
        if distance.is_finite() {
            return distance - self.volume;
        }
        self.front.retain(|kept| !(0..d).all(|i| point[i] <= kept[i]));
        let at = self.front.partition_point(|kept| kept[0] < point[0]);
        self.front.insert(at, point);
        self.volume = if d == 2 { self.area() } else { self.solid() };
        -self.volume
    }

    /// Area under the reference; the front is in ascending order of the first objective.
    fn area(&self) -> f64 {
        staircase(&self.front, self.reference)
    }

    /// Volume by slices along the third objective.
    fn solid(&mut self) -> f64 {
        let mut volume = 0.0;
        let mut level = f64::NEG_INFINITY;
        loop {
            let next = self.front.iter().map(|p| p[2]).filter(|z| *z > level);
            let slice = next.fold(f64::INFINITY, f64::min);
            if !slice.is_finite() {
                return volume;
            }
            let above = self.front.iter().map(|p| p[2]).filter(|z| *z > slice);
            let top = above.fold(self.reference[2], f64::min);
            self.sweep.clear();
            for p in self.front.iter().filter(|p| p[2] <= slice) {
                // Ascending in the first objective already: keep what lowers the second.
                if self.sweep.last().is_none_or(|last| p[1] < last[1]) {
                    self.sweep.push(*p);
                }
            }
            volume += (top - slice) * staircase(&self.sweep, self.reference);
            level = slice;
        }
    }
}

fn staircase(front: &[[f64; 3]], reference: [f64; 3]) -> f64 {
    let mut area = 0.0;
    let mut ceiling = reference[1];
    for p in front {
        area += (reference[0] - p[0]) * (ceiling - p[1]).max(0.0);
        ceiling = ceiling.min(p[1]);
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn volumes_are_those_of_boxes() {
        let mut flat = Archive::new(2, [1.0; 3], 8);
        assert!((flat.tell([0.5, 0.5, 0.0]) + 0.25).abs() < 1e-15);
        assert!((flat.tell([0.25, 0.75, 0.0]) + 0.3125).abs() < 1e-15);
        // Dominated: distance to the front less the volume.
        assert!((flat.tell([0.6, 0.55, 0.0]) - (0.05 - 0.3125)).abs() < 1e-12);
        assert!(flat.tell([1.5, 0.1, 0.0]) > 1.0 && flat.tell([f64::INFINITY, 0.1, 0.0]) > 1e5);
        let mut solid = Archive::new(3, [1.0; 3], 8);
        solid.tell([0.5, 0.5, 0.5]);
        solid.tell([0.75, 0.25, 0.5]);
        solid.tell([0.9, 0.9, 0.0]);
        // First two: ½·(¼ + 1/16); third adds 0.1·0.1·½ below z = ½.
        assert!((solid.volume() - (0.5 * 0.3125 + 0.005)).abs() < 1e-12, "{}", solid.volume());
    }

    proptest! {
        #[test]
        fn first_front_is_what_nobody_dominates(
            raw in prop::collection::vec((0..12_u8, 0..12_u8), 1..60), at_least in 1..80_usize,
        ) {
            let points: Vec<(f64, f64)> = raw.iter().map(|p| (f64::from(p.0), f64::from(p.1))).collect();
            let ranked = fronts(&points, at_least);
            for i in 0..points.len() {
                let p = [points[i].0, points[i].1];
                let dominated = points.iter().any(|q| dominates(&[q.0, q.1], &p));
                let first = ranked.contains(&(i, 1));
                prop_assert_eq!(first, !dominated, "{:?}", p);
            }
            prop_assert!(ranked.len() >= at_least.min(points.len()));
            // A point of a later front is dominated by one of the front before.
            for (i, front) in ranked.iter().filter(|r| r.1 > 1) {
                let p = [points[*i].0, points[*i].1];
                let by_previous = ranked.iter().any(|(j, f)| {
                    *f == front - 1 && dominates(&[points[*j].0, points[*j].1], &p)
                });
                prop_assert!(by_previous);
            }
        }

        #[test]
        fn volume_never_shrinks_and_equals_monte_carlo_free_count(
            raw in prop::collection::vec((0..10_u8, 0..10_u8, 0..10_u8), 1..20),
        ) {
            let mut archive = Archive::new(3, [1.0; 3], 32);
            let mut before = 0.0;
            let points: Vec<[f64; 3]> = raw
                .iter()
                .map(|p| [f64::from(p.0) / 10.0, f64::from(p.1) / 10.0, f64::from(p.2) / 10.0])
                .collect();
            for p in &points {
                archive.tell(*p);
                prop_assert!(archive.volume() >= before - 1e-12);
                before = archive.volume();
            }
            // On the grid the volume is a count of dominated cells.
            let mut cells = 0;
            for x in 0..10_u8 { for y in 0..10_u8 { for z in 0..10_u8 {
                cells += usize::from(raw.iter().any(|p| p.0 <= x && p.1 <= y && p.2 <= z));
            } } }
            prop_assert!((archive.volume() - cells as f64 / 1000.0).abs() < 1e-9);
        }
    }
}
