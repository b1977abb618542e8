//! Isotonic regression: the non-decreasing values closest to the given ones.

/// The non-decreasing sequence with the smallest weighted sum of squared distances to `values`,
/// by pooling adjacent violators (Ayer, Brunk, Ewing, Reid and Silverman 1955). Weights are
/// positive, one per value; values beyond the shorter of the two are left out.
pub fn isotonic(values: &[f64], weights: &[f64]) -> Vec<f64> {
    // Blocks as (mean, weight, length).
    let mut blocks: Vec<(f64, f64, usize)> = Vec::with_capacity(values.len());
    for (&value, &weight) in values.iter().zip(weights) {
        let mut block = (value, weight, 1);
        while let Some(&(mean, w, n)) = blocks.last() {
            if mean < block.0 {
                break;
            }
            let total = w + block.1;
            // Equal means are joined without arithmetic, so that pooling twice changes no bit.
            let pooled =
                if mean == block.0 { mean } else { (mean * w + block.0 * block.1) / total };
            block = (pooled, total, n + block.2);
            blocks.pop();
        }
        blocks.push(block);
    }
    blocks.iter().flat_map(|&(mean, _, n)| std::iter::repeat_n(mean, n)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn violators_are_pooled_with_their_neighbours() {
        assert_eq!(isotonic(&[1.0, 4.0, 2.0, 5.0], &[1.0; 4]), [1.0, 3.0, 3.0, 5.0]);
        assert_eq!(isotonic(&[3.0, 2.0, 1.0], &[1.0; 3]), [2.0; 3]);
        assert_eq!(isotonic(&[4.0, 1.0], &[1.0, 3.0]), [1.75; 2]);
        assert!(isotonic(&[], &[]).is_empty());
    }

    fn weighted() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        (1usize..20).prop_flat_map(|n| {
            (
                prop::collection::vec(-10.0..10.0f64, n),
                prop::collection::vec(1u8..4, n)
                    .prop_map(|w| w.into_iter().map(f64::from).collect()),
            )
        })
    }

    proptest! {
        #[test]
        fn pooling_is_monotone_keeps_the_total_and_is_idempotent((y, w) in weighted()) {
            let pooled = isotonic(&y, &w);
            prop_assert!(pooled.windows(2).all(|p| p[0] <= p[1]));
            let total = |v: &[f64]| v.iter().zip(&w).map(|(v, w)| v * w).sum::<f64>();
            prop_assert!((total(&pooled) - total(&y)).abs() < 1e-9);
            prop_assert_eq!(&isotonic(&pooled, &w), &pooled);
        }

        #[test]
        fn no_other_monotone_sequence_is_closer((y, w) in weighted(), other in prop::collection::vec(-10.0..10.0f64, 20)) {
            let distance = |v: &[f64]| -> f64 {
                v.iter().zip(&y).zip(&w).map(|((v, y), w)| w * (v - y).powi(2)).sum()
            };
            let mut sorted = other[..y.len()].to_vec();
            sorted.sort_by(f64::total_cmp);
            prop_assert!(distance(&isotonic(&y, &w)) <= distance(&sorted) + 1e-9);
        }
    }
}
