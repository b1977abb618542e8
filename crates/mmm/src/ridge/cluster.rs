//! Groups of candidate models that tell the same story, and the best of each.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Lowest number of clusters that the elbow rule considers.
const ELBOW_MIN: usize = 3;
/// Highest number of clusters that the elbow rule considers.
const ELBOW_MAX: usize = 10;
/// Share of the total scatter that one more cluster must explain.
const ELBOW_GAIN: f64 = 0.06;
const RESTARTS: usize = 10;

/// Scales columns of `points[i][j]` to [0, 1]; a constant column becomes 0.
pub(crate) fn min_max(points: &mut [Vec<f64>]) {
    let columns = points.first().map_or(0, Vec::len);
    for j in 0..columns {
        let low = points.iter().map(|p| p[j]).fold(f64::INFINITY, f64::min);
        let high = points.iter().map(|p| p[j]).fold(f64::NEG_INFINITY, f64::max);
        for p in points.iter_mut() {
            p[j] = if high > low { (p[j] - low) / (high - low) } else { 0.0 };
        }
    }
}

/// k-means (Lloyd) with k-means++ starts; the best of ten. Returns the cluster of each point and
/// the scatter within clusters.
pub fn k_means(points: &[Vec<f64>], k: usize, rng: &mut ChaCha8Rng) -> (Vec<usize>, f64) {
    let k = k.clamp(1, points.len().max(1));
    let mut best = (vec![0; points.len()], f64::INFINITY);
    for _ in 0..RESTARTS {
        let attempt = lloyd(points, seeds(points, k, rng));
        if attempt.1 < best.1 {
            best = attempt;
        }
    }
    best
}

/// The smallest k from 3 to 10 after which one more cluster explains less than 6 % of the total
/// scatter.
pub fn elbow(points: &[Vec<f64>], rng: &mut ChaCha8Rng) -> usize {
    let most = ELBOW_MAX.min(points.len().saturating_sub(1)).max(1);
    let total = k_means(points, 1, rng).1;
    if total <= 0.0 {
        return 1;
    }
    let first = ELBOW_MIN.min(most);
    let mut scatter = k_means(points, first, rng).1;
    for k in first..most {
        let next = k_means(points, k + 1, rng).1;
        if (scatter - next) / total < ELBOW_GAIN {
            return k;
        }
        scatter = next;
    }
    most
}

/// Euclidean length of the min-max-normalised objectives, per candidate: smaller is better.
pub fn error_scores(objectives: &[Vec<f64>]) -> Vec<f64> {
    let mut scaled = objectives.to_vec();
    min_max(&mut scaled);
    scaled.iter().map(|p| p.iter().map(|v| v * v).sum::<f64>().sqrt()).collect()
}

/// Means of `draws` resamples of `values` with replacement.
pub fn bootstrap_means(values: &[f64], draws: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let n = values.len();
    if n == 0 {
        return Vec::new();
    }
    (0..draws)
        .map(|_| (0..n).map(|_| values[rng.random_range(0..n)]).sum::<f64>() / n as f64)
        .collect()
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn nearest(point: &[f64], centres: &[Vec<f64>]) -> (usize, f64) {
    let mut best = (0, f64::INFINITY);
    for (i, centre) in centres.iter().enumerate() {
        let distance = squared_distance(point, centre);
        if distance < best.1 {
            best = (i, distance);
        }
    }
    best
}

fn seeds(points: &[Vec<f64>], k: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<f64>> {
    let mut centres: Vec<Vec<f64>> = Vec::with_capacity(k);
    if points.is_empty() {
        return centres;
    }
    centres.push(points[rng.random_range(0..points.len())].clone());
    while centres.len() < k {
        let distances: Vec<f64> = points.iter().map(|p| nearest(p, &centres).1).collect();
        let mut left = rng.random::<f64>() * distances.iter().sum::<f64>();
        let mut chosen = points.len() - 1;
        for (i, d) in distances.iter().enumerate() {
            left -= d;
            if left < 0.0 {
                chosen = i;
                break;
            }
        }
        centres.push(points[chosen].clone());
    }
    centres
}

fn lloyd(points: &[Vec<f64>], mut centres: Vec<Vec<f64>>) -> (Vec<usize>, f64) {
    let mut assigned = vec![usize::MAX; points.len()];
    let mut rounds = 0;
    loop {
        rounds += 1;
        let mut moved = false;
        for (p, slot) in points.iter().zip(assigned.iter_mut()) {
            let cluster = nearest(p, &centres).0;
            moved |= *slot != cluster;
            *slot = cluster;
        }
        // Rounding can make equal distances alternate: the limit ends that.
        if !moved || rounds > 300 {
            let scatter = points.iter().zip(&assigned);
            return (
                assigned.clone(),
                scatter.map(|(p, c)| squared_distance(p, &centres[*c])).sum(),
            );
        }
        for (c, centre) in centres.iter_mut().enumerate() {
            let members = points.iter().zip(&assigned).filter(|(_, a)| **a == c);
            let (mut total, mut count) = (vec![0.0; centre.len()], 0.0);
            for (p, _) in members {
                total.iter_mut().zip(p).for_each(|(t, v)| *t += v);
                count += 1.0;
            }
            if count > 0.0 {
                *centre = total.iter().map(|t| t / count).collect();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn blobs() -> Vec<Vec<f64>> {
        let wave = |i: usize| ((i * 37) % 17) as f64 / 170.0;
        (0..80)
            .map(|i| vec![(i % 4) as f64 + wave(i), ((i % 4) * (i % 2)) as f64 + wave(i + 5)])
            .collect()
    }

    #[test]
    fn the_elbow_finds_four_blobs_and_k_means_separates_them() {
        let points = blobs();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(elbow(&points, &mut rng), 4);
        let (assigned, _) = k_means(&points, 4, &mut rng);
        for i in 0..80 {
            assert_eq!(assigned[i], assigned[i % 4], "{i}");
        }
    }

    #[test]
    fn identical_candidates_are_one_cluster() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert_eq!(elbow(&vec![vec![1.0, 2.0]; 12], &mut rng), 1);
    }

    #[test]
    fn scores_prefer_the_balanced_candidate() {
        let scores = error_scores(&[vec![0.0, 1.0], vec![0.2, 0.2], vec![1.0, 0.0]]);
        assert!(scores[1] < scores[0] && scores[1] < scores[2]);
    }

    #[test]
    fn bootstrap_means_lie_within_the_values() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let means = bootstrap_means(&[1.0, 2.0, 6.0], 200, &mut rng);
        assert!(means.iter().all(|m| (1.0..=6.0).contains(m)) && means.len() == 200);
    }
}
