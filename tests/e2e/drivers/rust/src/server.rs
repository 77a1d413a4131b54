//! The server under test, named by libpq's environment variables.

use std::env::var;
use std::error::Error;

use native_tls::{Certificate, TlsConnector};
use postgres_native_tls::MakeTlsConnector;
use tokio_postgres::{Client, Config, NoTls};

/// Would run for hours.
pub const LONG: &str =
    "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a % 7 = b % 11";

pub fn config() -> Config {
    let setting = |name: &str| var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let mut config = Config::new();
    config
        .host(setting("PGHOST"))
        .port(setting("PGPORT").parse().expect("PGPORT is a number"))
        .dbname(setting("PGDATABASE"))
        .user(setting("PGUSER"))
        .password(setting("PGPASSWORD"));
    config
}

pub async fn connect(config: &Config) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

pub async fn plain() -> Result<Client, tokio_postgres::Error> {
    connect(&config()).await
}

/// Over TLS, with the server's certificate checked.
pub async fn encrypted(config: &Config) -> Result<Result<Client, tokio_postgres::Error>, Box<dyn Error>> {
    let trusted = Certificate::from_pem(&std::fs::read(var("TEST_CA")?)?)?;
    let connector = TlsConnector::builder().add_root_certificate(trusted).build()?;
    let mut config = config.clone();
    config.ssl_mode(tokio_postgres::config::SslMode::Require);
    match config.connect(MakeTlsConnector::new(connector)).await {
        Ok((client, connection)) => {
            tokio::spawn(connection);
            Ok(Ok(client))
        }
        Err(error) => Ok(Err(error)),
    }
}
