use bytes::Bytes;
use futures_util::{pin_mut, SinkExt, TryStreamExt};
use tokio_postgres::types::Type;
use tokio_postgres::{binary_copy::BinaryCopyInWriter, SimpleQueryMessage};

use crate::server::plain;
use crate::tap::{equal, state, Outcome, Tap};

pub async fn cases(tap: &mut Tap) {
    tap.test("a prepared statement runs many times", prepared()).await;
    tap.test("a parameter takes its type from where it stands", inferred()).await;
    tap.test("requests are sent without waiting", pipelined()).await;
    tap.test("several statements by the simple protocol", simple()).await;
    tap.test("counts rows", counted()).await;
    tap.test("a portal fetches in portions", portions()).await;
    tap.test("copies text in and out", copied_text()).await;
    tap.test("copies binary in and out", copied_binary()).await;
    tap.test("a bad row fails the COPY", bad_row()).await;
    tap.test("errors tell SQLSTATE and position", errors()).await;
}

async fn prepared() -> Outcome {
    let client = plain().await?;
    let statement = client.prepare_typed("SELECT $1 + 1", &[Type::INT4]).await?;
    for n in 0..10i32 {
        equal(n + 1, client.query_one(&statement, &[&n]).await?.get(0))?;
    }
    Ok(())
}

async fn inferred() -> Outcome {
    let client = plain().await?;
    equal(15i32, client.query_one("SELECT $1 + 10", &[&5i32]).await?.get(0))?;
    equal(7i64, client.query_one("SELECT count(*) FROM in_c_sales.orders WHERE id <= $1", &[&7i64]).await?.get(0))
}

async fn pipelined() -> Outcome {
    let client = plain().await?;
    let (one, two, three) = (client.query_one("SELECT 1", &[]), client.query_one("SELECT 2", &[]), client.query_one("SELECT 3", &[]));
    let (one, two, three) = tokio::try_join!(one, two, three)?;
    equal([1, 2, 3], [one.get(0), two.get(0), three.get(0)])
}

async fn simple() -> Outcome {
    let mut rows = Vec::new();
    for message in plain().await?.simple_query("SELECT 1 AS n; SELECT NULL AS n; SELECT 'x' AS n").await? {
        if let SimpleQueryMessage::Row(row) = message {
            rows.push(row.get(0).map(str::to_string));
        }
    }
    equal(vec![Some("1".to_string()), None, Some("x".into())], rows)
}

async fn counted() -> Outcome {
    let client = plain().await?;
    client.batch_execute("DROP TABLE IF EXISTS rust_counted; CREATE TABLE rust_counted (a int)").await?;
    equal(10, client.execute("INSERT INTO rust_counted SELECT * FROM generate_series(1, 10)", &[]).await?)?;
    equal(3, client.execute("DELETE FROM rust_counted WHERE a > $1", &[&7i32]).await?)
}

async fn portions() -> Outcome {
    let mut client = plain().await?;
    let transaction = client.transaction().await?;
    let portal = transaction.bind("SELECT i FROM generate_series(1, 1000) t(i)", &[]).await?;
    let mut sizes = Vec::new();
    loop {
        let rows = transaction.query_portal(&portal, 300).await?;
        if rows.is_empty() {
            break;
        }
        sizes.push(rows.len());
    }
    equal(vec![300, 300, 300, 100], sizes)
}

const TABLE: &str = "DROP TABLE IF EXISTS rust_copied; CREATE TABLE rust_copied (a int, b text)";

async fn copied_text() -> Outcome {
    let client = plain().await?;
    client.batch_execute(TABLE).await?;
    let sink = client.copy_in("COPY rust_copied FROM STDIN").await?;
    pin_mut!(sink);
    sink.send(Bytes::from_static(b"1\tone\n2\t\\N\n")).await?;
    equal(2, sink.finish().await?)?;
    let chunks: Vec<Bytes> = client.copy_out("COPY (SELECT * FROM rust_copied ORDER BY a) TO STDOUT").await?.try_collect().await?;
    equal(b"1\tone\n2\t\\N\n".to_vec(), chunks.concat())
}

async fn copied_binary() -> Outcome {
    let client = plain().await?;
    client.batch_execute(TABLE).await?;
    let sink = client.copy_in("COPY rust_copied FROM STDIN (FORMAT binary)").await?;
    let writer = BinaryCopyInWriter::new(sink, &[Type::INT4, Type::TEXT]);
    pin_mut!(writer);
    for n in 0..500i32 {
        writer.as_mut().write(&[&n, &(n % 2 == 0).then(|| format!("row {n}"))]).await?;
    }
    equal(500, writer.finish().await?)?;
    let chunks: Vec<Bytes> = client.copy_out("COPY rust_copied TO STDOUT (FORMAT binary)").await?.try_collect().await?;
    equal(b"PGCOPY\n\xff\r\n\0".to_vec(), chunks.concat()[..11].to_vec())?;
    equal(250i64, client.query_one("SELECT count(b) FROM rust_copied", &[]).await?.get(0))
}

async fn bad_row() -> Outcome {
    let client = plain().await?;
    client.batch_execute(TABLE).await?;
    let sink = client.copy_in("COPY rust_copied FROM STDIN").await?;
    pin_mut!(sink);
    sink.send(Bytes::from_static(b"x\tone\n")).await?;
    equal("22P02".to_string(), state(sink.finish().await))?;
    equal(0i64, client.query_one("SELECT count(*) FROM rust_copied", &[]).await?.get(0))
}

async fn errors() -> Outcome {
    let client = plain().await?;
    let error = client.query("SELECT 1 FROM no_such_table", &[]).await.err().ok_or("no error")?;
    let told = error.as_db_error().ok_or("no error of the server")?;
    equal("42P01", told.code().code())?;
    equal(Some(&tokio_postgres::error::ErrorPosition::Original(15)), told.position())?;
    equal(1i32, client.query_one("SELECT 1", &[]).await?.get(0))
}
