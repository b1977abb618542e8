//! Something to look at: users, a data set, models and a plan, made through the API where they are
//! not there yet.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::browser::{Answer, Browser, Failure};
use crate::user::email;

/// What pages are about.
pub(crate) struct Content {
    pub(crate) datasets: Vec<String>,
    pub(crate) models: Vec<String>,
    pub(crate) plans: Vec<String>,
}

/// Name of the content's models.
const CONTENT: &str = "Load";
/// Models of the content.
const MODELS: usize = 2;
/// Draws of a chain of the content's models.
const DRAWS: u32 = 1000;
/// Weeks of the brand.
const WEEKS: i64 = 156;
/// Look at a job again after this time.
const LOOK: Duration = Duration::from_millis(500);

/// Sets the server up where nobody has, or signs in as its admin.
pub(crate) async fn admin(
    browser: &mut Browser,
    email: &str,
    password: &str,
) -> Result<(), Failure> {
    let session = browser.get("/api/session").await?;
    let needed = session.body["setup_needed"].as_bool().unwrap_or_default();
    let answer = if needed {
        let form =
            json!({ "name": "Admin", "email": email, "password": password, "workspace": "Load" });
        browser.post("/api/setup", &form).await?
    } else {
        browser.sign_in(email, password).await?
    };
    good(answer, "signing in as the admin").map(|_| ())
}

/// Makes the users that are not there yet.
pub(crate) async fn users(
    browser: &mut Browser,
    count: usize,
    password: &str,
) -> Result<(), Failure> {
    for number in 0..count {
        let email = email(number);
        let form = json!({
            "name": format!("Reader {number}"), "email": email, "password": password,
            "role": "viewer",
        });
        let answer = browser.post("/api/users", &form).await?;
        // One that is there is the one of an earlier run.
        if answer.status.as_u16() != 409 {
            good(answer, "making a user")?;
        }
    }
    Ok(())
}

/// What is there to look at, made where there is nothing.
pub(crate) async fn content(browser: &mut Browser) -> Result<Content, Failure> {
    let mut datasets = ids(browser, "/api/datasets").await?;
    if datasets.is_empty() {
        let upload = good(browser.upload(brand()).await?, "sending the file")?;
        let form = json!({ "upload": upload["id"], "name": "Load brand" });
        let made = good(browser.post("/api/datasets", &form).await?, "accepting the file")?;
        datasets.push(text(&made["id"]));
    }
    // Not those of earlier runs' fits, which nobody looks at.
    let mut models = ready(browser, "/api/models?limit=10000", Some(CONTENT)).await?;
    while models.len() < MODELS {
        let seed = models.len() as u64;
        let begun = fit(browser, (&datasets[0], CONTENT), seed, "laplace", DRAWS).await?;
        let id = text(&begun["model"]);
        wait(browser, &begun["job"]).await?;
        let path = format!("/api/models/{id}/publish");
        good(browser.post(&path, &json!({})).await?, "publishing")?;
        models.push(id);
    }
    let mut plans = ready(browser, "/api/plans", None).await?;
    if plans.is_empty() {
        let form = json!({ "model": models[0], "question": { "horizon": 8 } });
        let begun = good(browser.post("/api/plans", &form).await?, "asking for a plan")?;
        wait(browser, &begun["job"]).await?;
        plans.push(text(&begun["plan"]));
    }
    for plan in &plans {
        studied(browser, plan).await?;
    }
    Ok(Content { datasets, models, plans })
}

/// Waits for the study of a plan. It comes after its plan by itself; it is begun here for plans of
/// older servers.
async fn studied(browser: &mut Browser, plan: &str) -> Result<(), Failure> {
    let path = format!("/api/plans/{plan}/sensitivity");
    let begun = good(browser.post(&path, &json!({})).await?, "beginning a study")?;
    wait(browser, &begun["job"]).await?;
    good(browser.get(&path).await?, "reading a study").map(|_| ())
}

/// Begins a fit.
pub(crate) async fn fit(
    browser: &mut Browser,
    (dataset, name): (&str, &str),
    seed: u64,
    method: &str,
    draws: u32,
) -> Result<Value, Failure> {
    let form = json!({
        "dataset": dataset, "name": name, "preset": "meridian", "method": method,
        "seed": seed, "backtest": 0, "draws": draws,
    });
    good(browser.post("/api/models", &form).await?, "beginning a fit")
}

/// Waits until a job is over; an error where it did not succeed.
pub(crate) async fn wait(browser: &mut Browser, job: &Value) -> Result<(), Failure> {
    let path = format!("/api/jobs/{}", text(job));
    loop {
        let found = good(browser.get(&path).await?, "looking at a job")?;
        match found["state"].as_str().unwrap_or_default() {
            "queued" | "running" => tokio::time::sleep(LOOK).await,
            "succeeded" => return Ok(()),
            state => return Err(format!("a job has {state}: {}", found["error"]).into()),
        }
    }
}

async fn ids(browser: &mut Browser, path: &str) -> Result<Vec<String>, Failure> {
    let found = good(browser.get(path).await?, "looking what is there")?;
    Ok(found["items"].as_array().into_iter().flatten().map(|item| text(&item["id"])).collect())
}

async fn ready(
    browser: &mut Browser,
    path: &str,
    name: Option<&str>,
) -> Result<Vec<String>, Failure> {
    let found = good(browser.get(path).await?, "looking what is there")?;
    let items = found["items"].as_array().into_iter().flatten();
    let wanted =
        |item: &&Value| item["state"] == "ready" && name.is_none_or(|name| item["name"] == name);
    Ok(items.filter(wanted).map(|item| text(&item["id"])).collect())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn good(answer: Answer, what: &str) -> Result<Value, Failure> {
    match answer.status.is_success() {
        true => Ok(answer.body),
        false => Err(format!("{what}: {} {}", answer.status, answer.body).into()),
    }
}

/// A brand with five channels, week by week.
fn brand() -> Vec<u8> {
    let mut csv =
        String::from("week,revenue,tv_spend,search_spend,social_spend,radio_spend,print_spend\n");
    // The first day is a Monday; months and years follow from the days since 1970.
    for week in 0..WEEKS {
        let date = day(18_995 + 7 * week);
        let spend = [
            500 + 260 * (week % 7),
            300 + 90 * ((week * 5) % 11),
            200 + 70 * ((week * 3) % 13),
            150 + 50 * ((week * 7) % 9),
            100 + 40 * ((week * 11) % 8),
        ];
        let revenue = 9000 + 2 * spend[0] + 3 * spend[1] + spend[2] + spend[3] + 97 * (week % 13);
        let _ = write!(csv, "{date},{revenue}");
        for money in spend {
            let _ = write!(csv, ",{money}");
        }
        csv.push('\n');
    }
    csv.into_bytes()
}

/// A date from days since 1970 (Howard Hinnant 2013, chrono-compatible low-level date algorithms).
fn day(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!((day(0), day(19_782)), ("1970-01-01".into(), "2024-02-29".into()));
        assert_eq!(day(18_995), "2022-01-03");
    }
}
