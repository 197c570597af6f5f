use super::shell::quoted;

#[test]
fn words_of_bash_are_quoted_where_they_must_be() {
    assert_eq!(quoted("orderer0.harbour.example:7053"), "orderer0.harbour.example:7053");
    assert_eq!(quoted(""), "''");
    assert_eq!(quoted("OutOf(1, 'A.peer')"), r"'OutOf(1, '\''A.peer'\'')'");
    assert_eq!(quoted("a b"), "'a b'");
    assert_eq!(quoted("~"), "'~'");
}
