//! Cases for tokio-postgres.

mod connecting;
mod server;
mod statements;
mod tap;
mod transactions;
mod types;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut tap = tap::Tap::default();
    connecting::cases(&mut tap).await;
    types::cases(&mut tap).await;
    statements::cases(&mut tap).await;
    transactions::cases(&mut tap).await;
    tap.plan();
}
