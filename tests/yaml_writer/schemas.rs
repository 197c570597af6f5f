//! What a plain scalar means: the core schema of YAML 1.2, and the type repository of YAML 1.1.

use akcgen::base::Tree;
use regex::Regex;
use std::sync::LazyLock;

fn whole(pattern: &str) -> Regex {
    Regex::new(&format!("^(?x: {pattern} )$")).unwrap()
}

/// Reads a plain scalar by the core schema of YAML 1.2.2, section 10.3.2.
pub fn yaml_1_2(text: &str) -> Result<Tree, String> {
    static NULL: LazyLock<Regex> = LazyLock::new(|| whole("null | Null | NULL | ~ |"));
    static TRUE: LazyLock<Regex> = LazyLock::new(|| whole("true | True | TRUE"));
    static FALSE: LazyLock<Regex> = LazyLock::new(|| whole("false | False | FALSE"));
    static INT: LazyLock<Regex> = LazyLock::new(|| whole("[-+]? [0-9]+"));
    static OTHER_INT: LazyLock<Regex> = LazyLock::new(|| whole("0o [0-7]+ | 0x [0-9a-fA-F]+"));
    static FLOAT: LazyLock<Regex> =
        LazyLock::new(|| whole(r"[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?"));
    static OTHER_FLOAT: LazyLock<Regex> =
        LazyLock::new(|| whole(r"[-+]? ( \.inf | \.Inf | \.INF ) | \.nan | \.NaN | \.NAN"));
    match text {
        _ if NULL.is_match(text) => Ok(Tree::Null),
        _ if TRUE.is_match(text) => Ok(Tree::Bool(true)),
        _ if FALSE.is_match(text) => Ok(Tree::Bool(false)),
        _ if INT.is_match(text) => text.parse().map(Tree::Int).map_err(|error| format!("{text}: {error}")),
        _ if FLOAT.is_match(text) => text.parse().map(Tree::Float).map_err(|error| format!("{text}: {error}")),
        _ if OTHER_INT.is_match(text) || OTHER_FLOAT.is_match(text) => Err(format!("{text} is a number")),
        _ => Ok(Tree::Str(text.to_owned().into())),
    }
}

/// Reads a plain scalar by the type repository of YAML 1.1 (<https://yaml.org/type/>): a string only where none of
/// its expressions matches.
pub fn yaml_1_1(text: &str) -> Result<Tree, String> {
    static NULL: LazyLock<Regex> = LazyLock::new(|| whole("~ | null | Null | NULL |"));
    static TRUE: LazyLock<Regex> = LazyLock::new(|| whole("y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON"));
    static FALSE: LazyLock<Regex> = LazyLock::new(|| whole("n|N|no|No|NO|false|False|FALSE|off|Off|OFF"));
    static INT: LazyLock<Regex> = LazyLock::new(|| whole("[-+]? ( 0 | [1-9] [0-9_]* )"));
    static OTHER_INT: LazyLock<Regex> = LazyLock::new(|| {
        whole("[-+]? ( 0b [0-1_]+ | 0 [0-7_]+ | 0x [0-9a-fA-F_]+ | [1-9] [0-9_]* ( : [0-5]? [0-9] )+ )")
    });
    static FLOAT: LazyLock<Regex> =
        LazyLock::new(|| whole(r"[-+]? ( [0-9] [0-9_]* )? \. [0-9.]* ( [eE] [-+] [0-9]+ )?"));
    static OTHER_FLOAT: LazyLock<Regex> = LazyLock::new(|| {
        whole(r"[-+]? [0-9] [0-9_]* ( : [0-5]? [0-9] )+ \. [0-9_]* | [-+]? \. ( inf|Inf|INF ) | \. ( nan|NaN|NAN )")
    });
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        whole(
            r"[0-9]{4} - [0-9]{2} - [0-9]{2} | [0-9]{4} - [0-9]{1,2} - [0-9]{1,2} ( [Tt] | [\ \t]+ ) [0-9]{1,2}
              : [0-9]{2} : [0-9]{2} ( \. [0-9]* )? ( ( [\ \t]* ) Z | [-+] [0-9]{1,2} ( : [0-9]{2} )? )?",
        )
    });
    match text {
        _ if NULL.is_match(text) => Ok(Tree::Null),
        _ if TRUE.is_match(text) => Ok(Tree::Bool(true)),
        _ if FALSE.is_match(text) => Ok(Tree::Bool(false)),
        _ if INT.is_match(text) => text.parse().map(Tree::Int).map_err(|error| format!("{text}: {error}")),
        _ if FLOAT.is_match(text) => text.parse().map(Tree::Float).map_err(|error| format!("{text}: {error}")),
        _ if OTHER_INT.is_match(text) || OTHER_FLOAT.is_match(text) => Err(format!("{text} is a number")),
        _ if TIME.is_match(text) => Err(format!("{text} is a timestamp")),
        "<<" => Err("<< merges".to_owned()),
        "=" => Err("= is the default value".to_owned()),
        _ => Ok(Tree::Str(text.to_owned().into())),
    }
}

#[test]
fn the_schemas_disagree_where_the_standards_do() {
    let string = |text: &str| Ok(Tree::Str(text.to_owned().into()));
    for text in ["on", "yes", "N", "1:30", "0777_", "0b1", "2001-01-01", "<<", "=", "1.2.3", "0o_"] {
        assert_eq!(yaml_1_2(text), string(text));
    }
    for text in ["on", "yes", "N", "1:30", "0777_", "0b1", "2001-01-01", "<<", "=", "1.2.3"] {
        assert_ne!(yaml_1_1(text), string(text));
    }
    for text in ["1e3", "0o7", "08"] {
        assert_eq!(yaml_1_1(text), string(text));
        assert_ne!(yaml_1_2(text), string(text));
    }
}
