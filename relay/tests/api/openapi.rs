use crate::support::lab::Lab;
use serde_json::Value;

async fn document() -> Value {
    Lab::empty().get("/openapi.json", None).await.json()
}

/// A change here is a change of the public interface: review it.
#[tokio::test]
async fn the_interface_is_the_reviewed_one() {
    insta::assert_json_snapshot!(document().await);
}

#[tokio::test]
async fn every_operation_has_a_name_an_answer_and_problems_for_errors() {
    let document = document().await;
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            operations += 1;
            assert!(
                operation["operationId"].is_string() && operation["summary"].is_string(),
                "{method} {path}"
            );
            for (status, response) in operation["responses"].as_object().unwrap() {
                let (problem, page) = ("application/problem+json", "text/html");
                let told = [problem, page].iter().any(|kind| response["content"][kind].is_object());
                // A page for people is a page in every case.
                let is_page = path.starts_with("/u/");
                assert_eq!(told, is_page || status.starts_with(['4', '5']), "{method} {path} {status}");
            }
        }
    }
    assert_eq!(operations, 18);
}
