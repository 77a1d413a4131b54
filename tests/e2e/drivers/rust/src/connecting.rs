use crate::server::{config, connect, encrypted, plain};
use crate::tap::{equal, state, Outcome, Tap};

pub async fn cases(tap: &mut Tap) {
    tap.test("connects plain", async { equal(1, plain().await?.query_one("SELECT 1", &[]).await?.get(0)) }).await;
    tap.test("connects by TLS", async {
        equal(1, encrypted(&config()).await??.query_one("SELECT 1", &[]).await?.get(0))
    })
    .await;
    tap.test("refuses a wrong password", wrong_password()).await;
    tap.test("refuses an unknown database", async {
        equal("3D000".to_string(), state(connect(config().dbname("nowhere")).await))
    })
    .await;
    tap.test("takes settings at the start", async {
        let client = connect(config().options("-c statement_timeout=54321").application_name("rust cases")).await?;
        equal("54321ms", client.query_one("SHOW statement_timeout", &[]).await?.get(0))?;
        equal("rust cases", client.query_one("SHOW application_name", &[]).await?.get(0))
    })
    .await;
}

async fn wrong_password() -> Outcome {
    equal("28P01".to_string(), state(connect(config().password("wrong")).await))?;
    equal("28P01".to_string(), state(encrypted(config().password("wrong")).await?))
}
