//! What no text of a blueprint may hold, whatever key it stands under: secrets, the socket of a container engine, and ports
//! of nodes in patches.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Diagnostics, code, shown};
use crate::source::{Entry, Node, Value};

const NAME_IT: &str = "declare its name and purpose under the organization's `secrets` and give it to a \
    variable under the service's `secrets`; replace the secret, since whoever has read this text has it";

/// Reports every text that holds what none may hold.
pub(super) fn check(root: &Node, diagnostics: &mut Diagnostics) {
    match &root.value {
        Value::Map(entries) => entries.iter().for_each(|entry| below(entry, diagnostics)),
        Value::Seq(items) => items.iter().for_each(|item| check(item, diagnostics)),
        Value::Str(text) => diagnostics.extend(in_text(text, root.span)),
        _ => {}
    }
}

fn below(entry: &Entry, diagnostics: &mut Diagnostics) {
    match entry.key.as_str() {
        "configuration" => diagnostics.extend(entry.value.entries().iter().filter_map(in_variable)),
        "files" => diagnostics.extend(entry.value.entries().iter().filter_map(in_file)),
        "patches" => in_patches(&entry.value, diagnostics),
        _ => {}
    }
    if entry.key.contains(SOCKET) {
        diagnostics.push(socket(entry.key_span));
    }
    check(&entry.value, diagnostics);
}

const SOCKET: &str = "docker.sock";

fn socket(span: Span) -> Diagnostic {
    Diagnostic::new(code::DOCKER_SOCKET, "no workload gets at the container engine of its node")
        .at(span, "the engine's socket")
        .help(
            "who holds this socket is root on the node; chaincode runs as a service of its own, which needs no Docker",
        )
}

fn in_text(text: &str, span: Span) -> Option<Diagnostic> {
    if text.contains(SOCKET) || text.contains("containerd.sock") || text.contains("crio.sock") {
        return Some(socket(span));
    }
    let what = secret_in(text)?;
    Some(literal(code::SECRET_LITERAL, format!("this text holds {what}"), span))
}

fn literal(code: Code, message: String, span: Span) -> Diagnostic {
    Diagnostic::new(code, message).at(span, "a secret in plain text").help(NAME_IT)
}

/// Secrets that can be told by their form alone.
fn secret_in(text: &str) -> Option<&'static str> {
    if text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'));
    for word in words {
        let upper = || word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if word.len() == 20 && ["AKIA", "ASIA"].iter().any(|start| word.starts_with(start)) && upper() {
            return Some("an AWS access key");
        }
        if word.len() >= 36
            && ["ghp_", "gho_", "ghu_", "ghs_", "github_pat_"].iter().any(|start| word.starts_with(start))
        {
            return Some("a GitHub token");
        }
    }
    has_url_password(text).then_some("a password in a URL")
}

/// `scheme://user:password@host`, where the password is no placeholder.
fn has_url_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, separator)| {
        let rest = &text[at + separator.len()..];
        let end = rest
            .find(|letter: char| letter.is_whitespace() || matches!(letter, '/' | '"' | '\''))
            .unwrap_or(rest.len());
        let user = rest[..end].rsplit_once('@').and_then(|(user, _)| user.split_once(':'));
        user.is_some_and(|(_, password)| !is_placeholder(password))
    })
}

/// Whether a name says that its value is a secret.
fn is_secret_name(name: &str) -> bool {
    const ENDS: [&str; 12] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "privatekey",
        "secretkey",
        "accesskey",
        "apikey",
        "credential",
        "credentials",
        "passwordhash",
    ];
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    ENDS.iter().any(|end| plain.ends_with(end))
}

/// Nothing, a reference to something else, or a path: no secret itself.
fn is_placeholder(value: &str) -> bool {
    value.is_empty() || value.starts_with(['$', '{', '<', '%', '/', '*'])
}

fn in_variable(entry: &Entry) -> Option<Diagnostic> {
    let Value::Str(value) = &entry.value.value else { return None };
    (is_secret_name(&entry.key) && !is_placeholder(value) && secret_in(value).is_none()).then(|| {
        literal(code::SECRET_LITERAL, format!("the variable {} holds a secret", shown(&entry.key)), entry.value.span)
    })
}

fn in_file(entry: &Entry) -> Option<Diagnostic> {
    let name = entry.value.as_str().filter(|text| secret_in(text).is_none())?.lines().find_map(secret_on_line)?;
    let message = format!("the file {} holds a secret: {}", shown(&entry.key), shown(name));
    Some(literal(code::SECRET_LITERAL, message, entry.value.span))
}

/// The name before a colon or an equals sign, if its value is a secret in plain text.
fn secret_on_line(line: &str) -> Option<&str> {
    let (name, value) = line.split_once([':', '='])?;
    let name = name.trim().trim_matches(['"', '\'', ',', '{', '-', ' ']);
    let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
    let literal =
        !is_placeholder(value) && !matches!(value, "true" | "false" | "null") && value.parse::<f64>().is_err();
    (is_secret_name(name) && literal).then_some(name)
}

/// A variable as Kubernetes writes it: its name under one key, its value under another.
fn in_named_value(node: &Node) -> Option<Diagnostic> {
    let (name, value) = (node.get("name").and_then(Node::as_str)?, node.get("value")?);
    let literal = value.as_str().filter(|text| !is_placeholder(text) && secret_in(text).is_none());
    (is_secret_name(name) && literal.is_some()).then(|| {
        self::literal(code::SECRET_LITERAL, format!("the variable {} holds a secret", shown(name)), value.span)
    })
}

/// A patch must not open what the language refuses to open.
fn in_patches(node: &Node, diagnostics: &mut Diagnostics) {
    let opened = |span| {
        Diagnostic::new(code::NODE_PORT, "no port of a node is opened, by a patch neither")
            .at(span, "in a patch")
            .help("say who may reach the service with `exposure`")
    };
    match &node.value {
        Value::Map(entries) => {
            diagnostics.extend(in_named_value(node));
            for entry in entries {
                if matches!(entry.key.as_str(), "nodePort" | "hostPort" | "hostNetwork") {
                    diagnostics.push(opened(entry.key_span));
                }
                in_patches(&entry.value, diagnostics);
            }
        }
        Value::Seq(items) => items.iter().for_each(|item| in_patches(item, diagnostics)),
        Value::Str(text) if text == "NodePort" => diagnostics.push(opened(node.span)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_known_by_their_form() {
        let key = format!("AKIA{}", "A1".repeat(8));
        assert_eq!(secret_in(&format!("id={key};")), Some("an AWS access key"));
        assert_eq!(secret_in(&key.to_lowercase()), None);
        assert_eq!(secret_in("-----BEGIN EC PRIVATE KEY-----"), Some("a private key"));
        assert_eq!(secret_in("postgres://orders:hunter2@db:5432/orders"), Some("a password in a URL"));
        for innocent in
            ["postgres://orders:$PASSWORD@db/x", "http://proxy:3128", "see https://a.example/@user:x", "plain"]
        {
            assert_eq!(secret_in(innocent), None, "{innocent}");
        }
    }

    #[test]
    fn names_say_what_is_secret() {
        for secret in ["DB_PASSWORD", "jwtSecret", "API_KEY", "AWS_SECRET_ACCESS_KEY", "token"] {
            assert!(is_secret_name(secret), "{secret}");
        }
        for innocent in ["TOKEN_EXPIRY", "PASSWORD_FILE", "KEYSPACE", "SECRETARY"] {
            assert!(!is_secret_name(innocent), "{innocent}");
        }
        assert_eq!(secret_on_line("  \"password\": \"hunter2\","), Some("password"));
        assert_eq!(secret_on_line("db.password = hunter2"), Some("db.password"));
        for innocent in ["password: ${DB_PASSWORD}", "tokenExpiry: 30", "token: 30", "see the secret below", "secret: "]
        {
            assert_eq!(secret_on_line(innocent), None, "{innocent}");
        }
    }
}
