//! Values against 50-digit arithmetic (mpmath), and inverses against their functions.

use super::*;

/// Asserts a relative error below `tolerance`, for every row of a table.
#[track_caller]
fn close(what: &str, at: &[f64], got: f64, expected: f64, tolerance: f64) {
    let error = if expected == 0.0 { got.abs() } else { (got / expected - 1.0).abs() };
    assert!(error < tolerance, "{what} at {at:?}: {got} instead of {expected} ({error:.1e})");
}

#[test]
fn normal_probabilities_keep_their_relative_precision_in_the_tails() {
    for (z, expected) in [
        (-37.0, 5.725571222524577e-300),
        (-20.0, 2.7536241186062337e-89),
        (-8.5, 9.479534822203318e-18),
        (-5.0, 2.866515718791939e-07),
        (-1.96, 0.024997895148220435),
        (-0.3, 0.3820885778110474),
        (0.0, 0.5),
        (0.7, 0.758036347776927),
        (2.5, 0.9937903346742238),
        (6.0, 0.9999999990134123),
    ] {
        close("normal cdf", &[z], normal_cdf(z), expected, 1e-12);
        close("normal survival", &[z], normal_survival(-z), expected, 1e-12);
    }
    for (z, expected) in [
        (-1e4, -50000010.12927891),
        (-300.0, -45006.62273211866),
        (-40.0, -804.6084420137538),
        (-30.5, -469.4627373229121),
        (-29.5, -439.42947460915025),
        (-10.0, -53.23128515051247),
        (-1.0, -1.8410216450092636),
        (0.5, -0.3689464152886564),
        (3.0, -0.0013508099647481938),
        (9.0, -1.1285884059538405e-19),
    ] {
        close("ln normal cdf", &[z], ln_normal_cdf(z), expected, 1e-13);
    }
    assert_eq!(ln_normal_cdf(f64::NEG_INFINITY), f64::NEG_INFINITY);
}

#[test]
fn normal_quantiles_match_down_to_the_smallest_probabilities() {
    for (p, expected) in [
        (1e-300, -37.0470962993612),
        (1e-100, -21.273453560965326),
        (1e-20, -9.262340089798407),
        (1e-08, -5.612001244174789),
        (0.001, -3.0902323061678136),
        (0.025, -1.9599639845400543),
        (0.2, -0.8416212335729142),
        (0.49, -0.025068908258711057),
        (0.500001, 2.5066282747057052e-06),
        (0.75, 0.6744897501960817),
        (0.999, 3.090232306167813),
    ] {
        close("normal quantile", &[p], normal_quantile(p), expected, 1e-13);
    }
    assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    assert_eq!(normal_quantile(1.0), f64::INFINITY);
    assert_eq!(normal_quantile(0.5), 0.0);
    assert!(normal_quantile(1.1).is_nan() && normal_quantile(f64::NAN).is_nan());
    for z in [-1e5, -400.0, -50.0, -20.0, -1.0] {
        close("normal quantile of ln", &[z], normal_quantile_of_ln(ln_normal_cdf(z)), z, 1e-13);
    }
}

#[test]
fn an_intervals_mass_is_right_when_narrow_and_when_far_out() {
    for (low, high, expected) in [
        (0.0, 1e-06, -14.734449091169113),
        (-1.0, 2.0, -0.2001662943244626),
        (5.0, 5.1, -15.962590193561619),
        (8.0, 9.0, -35.01361859343715),
        (8.0, 8.5, -35.02879250857975),
        (-0.4, 0.5, -1.0587642639956454),
        (40.0, 41.0, -804.6084420137538),
        (40.0, 40.001, -807.8466273114135),
        (-60.0, -59.0, -1745.4967630448587),
        (-50.0, 3.0, -0.0013508099647481938),
        (300.0, 301.0, -45006.62273211866),
    ] {
        close("mass", &[low, high], ln_normal_interval(low, high), expected, 1e-13);
        close("mirrored mass", &[low, high], ln_normal_interval(-high, -low), expected, 1e-13);
    }
    assert_eq!(ln_normal_interval(2.0, 2.0), f64::NEG_INFINITY);
    assert_eq!(ln_normal_interval(f64::NEG_INFINITY, f64::INFINITY), 0.0);
}

#[test]
fn gamma_and_beta_logarithms_match() {
    for (x, expected) in [
        (1e-08, 18.42068073818021),
        (0.01, 4.599479878042022),
        (0.3, 1.0957979948180756),
        (0.9, 0.06637623973474295),
        (1.5, -0.12078223763524522),
        (2.5, 0.2846828704729192),
        (7.3, 7.147892523022248),
        (9.99, 12.779315214350193),
        (10.0, 12.801827480081469),
        (123.4, 469.3360974421906),
        (100000.0, 1051287.7089736569),
        (1000000000000.0, 26631021115915.652),
    ] {
        close("ln gamma", &[x], ln_gamma(x), expected, 1e-13);
    }
    for (x, expected) in [
        (1e-05, -100000.57719921567),
        (0.1, -10.423754940411076),
        (0.5, -1.9635100260214235),
        (1.0, -0.5772156649015329),
        (3.7, 1.1671535393615113),
        (9.9, 2.2411803166063815),
        (10.0, 2.251752589066721),
        (55.5, 4.0073469585404435),
        (10000000.0, 16.11809560095832),
    ] {
        close("digamma", &[x], digamma(x), expected, 1e-13);
    }
    // The root itself is only known to rounding.
    assert!(digamma(1.4616321449683622).abs() < 2e-15);
    for (x, expected) in [
        (0.05, -2.488848344940605),
        (0.5, -0.5723649429247001),
        (3.0, 0.5078264217871289),
        (19.9, 1.489079119236098),
        (20.0, 1.491616787331304),
        (1000.0, 3.453752639496277),
        (500000000.0, 10.015059327943233),
    ] {
        close("ln gamma half step", &[x], ln_gamma_half_step(x), expected, 1e-13);
    }
    for (a, b, expected) in [
        (0.5, 0.5, 1.1447298858494002),
        (1.0, 3.0, -1.0986122886681098),
        (0.01, 200.0, 4.546521474587968),
        (3.0, 1000000.0, -40.75338749333038),
        (12.0, 30.0, -25.27486496841981),
        (100000.0, 200000.0, -190958.88527911686),
        (9.5, 9.5, -13.016778366438517),
    ] {
        close("ln beta", &[a, b], ln_beta(a, b), expected, 1e-13);
        close("ln beta, swapped", &[a, b], ln_beta(b, a), expected, 1e-13);
    }
    for x in [0.0, -1.5, f64::NAN] {
        assert!(ln_gamma(x).is_nan() && digamma(x).is_nan() && ln_beta(x, 1.0).is_nan());
    }
}

#[test]
fn incomplete_gamma_functions_match_in_both_tails() {
    for (a, x, lower, upper) in [
        (0.01, 1e-10, 0.7988610914336052, 0.2011389085663948),
        (0.5, 0.1, 0.345279153981423, 0.654720846018577),
        (0.5, 30.0, 0.9999999999999906, 9.485737571073848e-15),
        (1.0, 2.0, 0.8646647167633873, 0.1353352832366127),
        (3.0, 0.01, 1.654216528074877e-07, 0.9999998345783472),
        (3.0, 3.5, 0.6791528011378659, 0.3208471988621341),
        (3.0, 60.0, 1.0, 1.6295866529378224e-23),
        (9.5, 10.0, 0.6054218179139992, 0.3945781820860008),
        (25.0, 3.0, 3.0724118736993524e-15, 0.9999999999999969),
        (25.0, 24.0, 0.44599877692500434, 0.5540012230749957),
        (25.0, 100.0, 1.0, 7.857610724654743e-20),
        (1000.0, 900.0, 0.0005499022657117829, 0.9994500977342882),
        (1000.0, 1100.0, 0.99894067674607, 0.0010593232539299773),
        (100000.0, 100500.0, 0.9428967300239713, 0.057103269976028714),
    ] {
        close("P", &[a, x], gamma_lower(a, x), lower, 1e-12);
        close("Q", &[a, x], gamma_upper(a, x), upper, 1e-12);
    }
    assert_eq!(gamma_lower(2.0, 0.0), 0.0);
    assert_eq!(gamma_upper(2.0, f64::INFINITY), 0.0);
    assert!(gamma_lower(-1.0, 1.0).is_nan() && gamma_lower(1.0, -1.0).is_nan());
}

#[test]
fn incomplete_beta_functions_match_in_both_tails() {
    for (a, b, x, lower, upper) in [
        (0.5, 0.5, 0.1, 0.20483276469913345, 0.7951672353008665),
        (2.0, 3.0, 1e-05, 5.999920000300001e-10, 0.999999999400008),
        (2.0, 3.0, 0.4, 0.5248, 0.4752),
        (2.0, 3.0, 0.999, 0.999999996003, 3.997000000000011e-09),
        (0.1, 5.0, 0.01, 0.7690889207843463, 0.23091107921565374),
        (12.0, 30.0, 0.05, 4.927860614730576e-07, 0.9999995072139385),
        (12.0, 30.0, 0.3, 0.59895220965039, 0.4010477903496101),
        (12.0, 30.0, 0.9, 1.0, 1.0319624955678587e-21),
        (500.0, 700.0, 0.4, 0.12051628908943207, 0.8794837109105679),
        (500.0, 700.0, 0.45, 0.9900947775215684, 0.009905222478431624),
        (0.5, 2000.0, 0.0001, 0.47289525070820837, 0.5271047492917916),
    ] {
        close("I", &[a, b, x], beta_lower(a, b, x), lower, 1e-12);
        close("1 - I", &[a, b, x], beta_upper(a, b, x), upper, 1e-12);
    }
    assert_eq!(beta_lower(2.0, 3.0, 0.0), 0.0);
    assert_eq!(beta_lower(2.0, 3.0, 1.0), 1.0);
    assert!(beta_lower(0.0, 1.0, 0.5).is_nan() && beta_lower(1.0, 1.0, -0.5).is_nan());
}

#[test]
fn quantiles_invert_their_functions_over_the_whole_range() {
    let shapes = [0.02, 0.5, 1.0, 3.7, 40.0, 3000.0];
    let probabilities = [1e-200, 1e-12, 1e-3, 0.1, 0.5, 0.9, 0.999];
    for a in shapes {
        for p in probabilities {
            let x = gamma_quantile(a, p);
            // A tiny shape sends tiny probabilities below the smallest double.
            if x > 1e-290 {
                close("gamma quantile", &[a, p], gamma_lower(a, x), p, 1e-10);
            }
            let far = gamma_quantile_of_tails(a, 1.0, p);
            close("gamma upper quantile", &[a, p], gamma_upper(a, far), p, 1e-10);
            for b in shapes {
                let u = beta_logit_quantile(a, b, p, 1.0 - p);
                if u.abs() < 650.0 {
                    let (x, y) = (1.0 / (1.0 + (-u).exp()), 1.0 / (1.0 + u.exp()));
                    close("beta quantile", &[a, b, p], beta_tails(a, b, x, y).0, p, 1e-10);
                }
            }
        }
    }
    assert_eq!((gamma_quantile(2.0, 0.0), gamma_quantile(2.0, 1.0)), (0.0, f64::INFINITY));
    assert_eq!((beta_quantile(2.0, 3.0, 0.0), beta_quantile(2.0, 3.0, 1.0)), (0.0, 1.0));
    assert!(gamma_quantile(2.0, 1.5).is_nan() && beta_quantile(2.0, 3.0, -0.5).is_nan());
}

#[test]
fn the_small_logarithms_keep_their_digits_near_zero() {
    // ln(1 + x) - x = -x^2/2 + x^3/3 - x^4/4 + ...
    let x = 1e-5_f64;
    let expected = -x * x / 2.0 + x * x * x / 3.0 - x.powi(4) / 4.0;
    assert!((ln_1p_minus(x) / expected - 1.0).abs() < 1e-14);
    for x in [-0.9, -0.39, -0.1, 0.2, 0.69, 0.71, 5.0_f64] {
        assert!((ln_1p_minus(x) - (x.ln_1p() - x)).abs() < 1e-14, "{x}");
    }
    assert_eq!(ln_1p_minus(0.0), 0.0);
}

#[test]
fn sums_and_complements_in_logarithms_agree_with_the_plain_ones() {
    assert!((ln_add_exp(0.3_f64.ln(), 0.5_f64.ln()) - 0.8_f64.ln()).abs() < 1e-15);
    assert_eq!(ln_add_exp(f64::NEG_INFINITY, -3.0), -3.0);
    assert_eq!(ln_add_exp(-1e308, 800.0), 800.0);
    assert!((ln_1m_exp(0.3_f64.ln()) - 0.7_f64.ln()).abs() < 1e-15);
    assert!((ln_1m_exp(-1e-20) - (-20.0 * std::f64::consts::LN_10)).abs() < 1e-13);
    assert_eq!(x_ln_y(0.0, 0.0), 0.0);
}
