//! Values there and back: tokio-postgres sends and receives all of them in binary.

use std::error::Error;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use postgres_types::{FromSqlOwned, ToSql};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::server::plain;
use crate::tap::{equal, Outcome, Tap};

async fn round_trip<T>(client: &Client, sql_type: &str, literal: &str, expected: T) -> Outcome
where
    T: FromSqlOwned + ToSql + Sync + PartialEq + std::fmt::Debug + Clone,
{
    let quoted = literal.replace('\'', "''");
    let row = client.query_one(&format!("SELECT '{quoted}'::{sql_type}, NULL::{sql_type}"), &[]).await?;
    equal((Some(expected.clone()), None), (row.try_get(0)?, row.try_get::<_, Option<T>>(1)?))?;
    let nothing: Option<T> = None;
    let row = client.query_one(&format!("SELECT $1::{sql_type}, $2::{sql_type}"), &[&expected, &nothing]).await?;
    equal((Some(expected), None), (row.try_get(0)?, row.try_get::<_, Option<T>>(1)?))
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, Box<dyn Error>>
where
    T::Err: Error + 'static,
{
    Ok(text.parse::<T>()?)
}

pub async fn cases(tap: &mut Tap) {
    tap.test("numbers", numbers()).await;
    tap.test("texts and bytes", texts()).await;
    tap.test("points in time", times()).await;
    tap.test("uuid and JSON", others()).await;
    tap.test("arrays", arrays()).await;
    tap.test("columns tell their types", async {
        let statement = plain().await?.prepare("SELECT id, order_date, amount, $1::int4 AS p FROM in_c_sales.orders").await?;
        let columns: Vec<_> = statement.columns().iter().map(|c| format!("{} {}", c.name(), c.type_())).collect();
        equal(vec!["id int8".to_string(), "order_date date".into(), "amount float8".into(), "p int4".into()], columns)
    })
    .await;
    tap.test("types it does not know are read from the catalog", async {
        // Neither regrole nor its like are in the driver's table: it asks pg_type.
        let statement = plain().await?.prepare("SELECT NULL::oid, 'x'::name, NULL::\"char\"").await?;
        let types: Vec<_> = statement.columns().iter().map(|c| c.type_().oid()).collect();
        equal(vec![26, 19, 18], types)
    })
    .await;
}

async fn numbers() -> Outcome {
    let client = plain().await?;
    round_trip(&client, "boolean", "true", true).await?;
    round_trip(&client, "smallint", "-32768", i16::MIN).await?;
    round_trip(&client, "integer", "2147483647", i32::MAX).await?;
    round_trip(&client, "bigint", "-9223372036854775808", i64::MIN).await?;
    round_trip(&client, "real", "3.4028235e38", f32::MAX).await?;
    round_trip(&client, "double precision", "-1.7976931348623157e308", f64::MIN).await?;
    round_trip(&client, "double precision", "Infinity", f64::INFINITY).await?;
    let nan: f64 = client.query_one("SELECT 'NaN'::float8", &[]).await?.get(0);
    equal(true, nan.is_nan())
}

async fn texts() -> Outcome {
    let client = plain().await?;
    round_trip(&client, "text", "Žluťoučký 🦆 \\ \"q\" 'x'", "Žluťoučký 🦆 \\ \"q\" 'x'".to_string()).await?;
    round_trip(&client, "varchar", "", String::new()).await?;
    round_trip(&client, "bytea", "\\x00ff5c27", vec![0u8, 255, 0x5c, 0x27]).await
}

async fn times() -> Outcome {
    let client = plain().await?;
    round_trip(&client, "date", "0001-01-01", parsed::<NaiveDate>("0001-01-01")?).await?;
    round_trip(&client, "date", "9999-12-31", parsed::<NaiveDate>("9999-12-31")?).await?;
    round_trip(&client, "time", "23:59:59.999999", parsed::<NaiveTime>("23:59:59.999999")?).await?;
    round_trip(&client, "timestamp", "1969-12-31 23:59:59.999999", parsed::<NaiveDateTime>("1969-12-31T23:59:59.999999")?).await?;
    round_trip(&client, "timestamptz", "2024-02-29 12:34:56+02", parsed::<DateTime<Utc>>("2024-02-29T10:34:56Z")?).await
}

async fn others() -> Outcome {
    let client = plain().await?;
    round_trip(&client, "uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", parsed::<Uuid>("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")?).await?;
    round_trip(&client, "json", r#"{"a": [1, null]}"#, serde_json::json!({"a": [1, null]})).await
}

async fn arrays() -> Outcome {
    let client = plain().await?;
    round_trip(&client, "integer[]", "{1,NULL,-3}", vec![Some(1i32), None, Some(-3)]).await?;
    round_trip(&client, "text[]", r#"{a,"","b\"c"}"#, vec!["a".to_string(), String::new(), "b\"c".into()]).await?;
    round_trip(&client, "double precision[]", "{}", Vec::<f64>::new()).await?;
    let found = client.query("SELECT i::int FROM generate_series(1, 9) t(i) WHERE i = ANY($1) ORDER BY i", &[&vec![2i32, 5, 77]]).await?;
    equal(vec![2, 5], found.iter().map(|row| row.get::<_, i32>(0)).collect())
}
