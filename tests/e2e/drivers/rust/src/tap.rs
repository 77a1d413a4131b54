//! Runs cases and reports each as a line of the Test Anything Protocol.

use std::error::Error;
use std::future::Future;

pub type Outcome = Result<(), Box<dyn Error>>;

#[derive(Default)]
pub struct Tap {
    count: usize,
}

impl Tap {
    pub async fn test(&mut self, name: &str, body: impl Future<Output = Outcome>) {
        self.count += 1;
        match body.await {
            Ok(()) => println!("ok {} - {name}", self.count),
            Err(failure) => {
                println!("not ok {} - {name}", self.count);
                for line in format!("{failure} {:?}", failure.source()).lines() {
                    println!("# {line}");
                }
            }
        }
    }

    pub fn plan(&self) {
        println!("1..{}", self.count);
    }
}

pub fn equal<T: PartialEq + std::fmt::Debug>(expected: T, actual: T) -> Outcome {
    if expected == actual {
        Ok(())
    } else {
        Err(format!("expected {expected:?}, got {actual:?}").into())
    }
}

/// The SQLSTATE that the work failed with.
pub fn state<T>(result: Result<T, tokio_postgres::Error>) -> String {
    match result {
        Ok(_) => "success".into(),
        Err(error) => error.code().map_or_else(|| error.to_string(), |code| code.code().into()),
    }
}
