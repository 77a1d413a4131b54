use std::time::Duration;

use tokio_postgres::{IsolationLevel, NoTls};

use crate::server::{config, connect, plain, LONG};
use crate::tap::{equal, state, Outcome, Tap};

pub async fn cases(tap: &mut Tap) {
    tap.test("commits and rolls back", committed()).await;
    tap.test("an error fails the transaction until it is rolled back", failed()).await;
    tap.test("begins with options", options()).await;
    tap.test("cancels", cancelled()).await;
    tap.test("statement_timeout", async {
        let client = connect(config().options("-c statement_timeout=200")).await?;
        equal("57014".to_string(), state(client.query(LONG, &[]).await))
    })
    .await;
}

async fn committed() -> Outcome {
    let mut client = plain().await?;
    client.batch_execute("DROP TABLE IF EXISTS rust_moved; CREATE TABLE rust_moved (a int)").await?;
    let transaction = client.transaction().await?;
    transaction.execute("INSERT INTO rust_moved VALUES (1)", &[]).await?;
    transaction.commit().await?;
    let transaction = client.transaction().await?;
    transaction.execute("INSERT INTO rust_moved VALUES (2)", &[]).await?;
    drop(transaction); // rolls back
    equal(1i64, client.query_one("SELECT count(*) FROM rust_moved", &[]).await?.get(0))
}

async fn failed() -> Outcome {
    let mut client = plain().await?;
    let transaction = client.transaction().await?;
    equal("42P01".to_string(), state(transaction.query("SELECT * FROM no_such_table", &[]).await))?;
    equal("25P02".to_string(), state(transaction.query("SELECT 1", &[]).await))?;
    transaction.rollback().await?;
    equal(1i32, client.query_one("SELECT 1", &[]).await?.get(0))
}

async fn options() -> Outcome {
    let mut client = plain().await?;
    let transaction = client.build_transaction().isolation_level(IsolationLevel::Serializable).read_only(true).start().await?;
    equal("25006".to_string(), state(transaction.execute("CREATE TABLE rust_never (a int)", &[]).await))?;
    Ok(transaction.rollback().await?)
}

async fn cancelled() -> Outcome {
    let client = plain().await?;
    let token = client.cancel_token();
    let query = client.query(LONG, &[]);
    tokio::pin!(query);
    let outcome = loop {
        tokio::select! {
            outcome = &mut query => break outcome,
            // A request before the statement has begun is of no effect.
            () = tokio::time::sleep(Duration::from_millis(20)) => token.cancel_query(NoTls).await?,
        }
    };
    equal("57014".to_string(), state(outcome))?;
    equal(1i32, client.query_one("SELECT 1", &[]).await?.get(0))
}
