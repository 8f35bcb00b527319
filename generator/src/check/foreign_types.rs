//! What other languages call a type, in ours.

use crate::language;
use crate::syntax::Shape;

/// What to write for a type of another language.
pub(super) fn translation(text: &str, shape: Option<&Shape>) -> Option<String> {
    let name = |text: &str| plain_name(text).map_or_else(|| text.to_owned(), str::to_owned);
    if let Some((left, right)) = text.split_once('|') {
        let absent = |text: &str| matches!(text, "null" | "undefined" | "None" | "nil");
        let (left, right) = (left.trim(), right.trim());
        return match (absent(left), absent(right)) {
            (false, true) => Some(format!("write `{}?`", name(left))),
            (true, false) => Some(format!("write `{}?`", name(right))),
            _ => Some("a field has one type: declare an enum, or a field for each".to_owned()),
        };
    }
    if let Some(required) = text.strip_suffix('!') {
        let list = required
            .strip_prefix('[')
            .and_then(|it| it.strip_suffix(']'));
        return Some(match list {
            Some(inner) => format!("write `list<{}>`", name(inner.trim_end_matches('!'))),
            None => format!(
                "write `{}`: a field without `?` is always there",
                name(required)
            ),
        });
    }
    if let Some(borrowed) = text.strip_prefix('&') {
        return Some(format!("write `{}`", name(borrowed)));
    }
    if let Some(target) = text
        .strip_prefix("id")
        .and_then(|text| text.strip_prefix(['[', '(']))
        .and_then(|text| text.strip_suffix([']', ')']))
    {
        return Some(format!("write `id<{target}>`"));
    }
    if let Some(inner) = text.strip_suffix("[]") {
        let inner = plain_name(inner).unwrap_or(inner);
        return Some(format!("write `list<{inner}>`"));
    }
    if let Some((head, arguments)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        return Some(match head.to_lowercase().as_str() {
            "varchar" | "char" | "character" | "nvarchar" | "string" | "text" => {
                format!("write `string max={}`", arguments.trim())
            }
            "varbinary" | "binary" | "bytes" => format!("write `bytes max={}`", arguments.trim()),
            "decimal" | "numeric" => match arguments.split_once(',') {
                Some((_, scale)) => format!("write `decimal scale={}`", scale.trim()),
                None => "write `decimal scale=0`".to_owned(),
            },
            "enum" => "declare `enum NAME { … }` and write its name".to_owned(),
            "timestamp" | "datetime" => "write `timestamp`: it is in microseconds".to_owned(),
            _ => "a type has no parentheses: limits are `max=` and `min=`".to_owned(),
        });
    }
    let shape = shape?;
    let arguments: Vec<&str> = shape
        .arguments
        .iter()
        .map(|argument| argument.head.as_str())
        .collect();
    match (
        shape.head.rsplit("::").next().unwrap_or(""),
        arguments.as_slice(),
    ) {
        ("Vec" | "Array", ["u8"]) => {
            Some("write `bytes` (a list of others: `list<i32>`)".to_owned())
        }
        (
            "Vec" | "Array" | "List" | "Set" | "HashSet" | "BTreeSet" | "set" | "array" | "vec",
            [of],
        ) => Some(format!("write `list<{}>`", plain_name(of).unwrap_or(of))),
        ("Option" | "option" | "Optional" | "Maybe", [of]) => {
            Some(format!("write `{}?`", plain_name(of).unwrap_or(of)))
        }
        ("Map" | "HashMap" | "BTreeMap" | "Record" | "dict", [_, of]) => Some(format!(
            "write `map<string,{}>`",
            plain_name(of).unwrap_or(of)
        )),
        ("Id" | "ID" | "Ref" | "ref" | "key", [of]) => Some(format!("write `id<{of}>`")),
        (_, []) => plain(&shape.head),
        _ => None,
    }
}

/// Our name for a type without arguments that another language has.
fn plain_name(text: &str) -> Option<&'static str> {
    Some(match text.to_lowercase().as_str() {
        "string" | "str" | "text" | "varchar" | "char" => "string",
        "int" | "integer" | "int4" | "int32" | "i16" | "i8" | "smallint" | "short" => "i32",
        "bigint" | "int8" | "int64" | "long" | "isize" => "i64",
        "u8" | "u16" | "uint" => "u32",
        "usize" | "uint64" => "u64",
        "float" | "double" | "f32" | "real" => "f64",
        "boolean" => "bool",
        "datetime" | "timestamptz" | "instant" => "timestamp",
        "blob" | "bytea" | "binary" => "bytes",
        _ => return None,
    })
}

fn plain(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if language::kind(&lower).is_some() && lower != text {
        return Some(format!("types are lower case here: `{lower}`"));
    }
    Some(
        match text
            .rsplit("::")
            .next()
            .unwrap_or("")
            .to_lowercase()
            .as_str()
        {
            "str" | "text" | "varchar" | "nvarchar" | "character" | "char" | "clob" | "email"
            | "url" => "write `string`, with `max=` for its length".to_owned(),
            "int" | "integer" | "int4" | "int32" | "number" | "serial" => {
                "write `i32`, or `i64`, `u32`, `u64`".to_owned()
            }
            "bigint" | "int64" | "long" | "isize" | "bigserial" => "write `i64`".to_owned(),
            "i8" | "tinyint" | "int1" => "write `i32 min=-128 max=127`".to_owned(),
            "i16" | "smallint" | "int2" | "short" | "int16" => {
                "write `i32 min=-32768 max=32767`".to_owned()
            }
            "u8" | "byte" => "write `u32 max=255`".to_owned(),
            "u16" | "uint16" => "write `u32 max=65535`".to_owned(),
            "uint" | "uint32" => "write `u32`".to_owned(),
            "usize" | "uint64" => "write `u64`".to_owned(),
            "i128" | "u128" => "write `decimal` (28 digits), or `bytes`".to_owned(),
            "float" | "f32" | "double" | "real" | "float8" | "float64" => "write `f64`".to_owned(),
            "numeric" | "money" | "bigdecimal" => {
                "write `decimal`, with `scale=` for its digits".to_owned()
            }
            "boolean" => "write `bool`".to_owned(),
            "datetime" | "timestamptz" | "instant" | "systemtime" | "utcdatetime" => {
                "write `timestamp`".to_owned()
            }
            "time" => "write `duration` since midnight, or `timestamp`".to_owned(),
            "localdate" | "naivedate" => "write `date`".to_owned(),
            "interval" | "timespan" => "write `duration`".to_owned(),
            "blob" | "bytea" | "binary" | "varbinary" | "buffer" => "write `bytes`".to_owned(),
            "jsonb" | "object" | "any" | "value" => "write `json`".to_owned(),
            "guid" | "cuid" | "ulid" => "write `uuid`".to_owned(),
            "enum" => "declare `enum NAME { … }` and write its name".to_owned(),
            "list" | "array" | "vec" => "write what it holds: `list<string>`".to_owned(),
            "map" | "hashmap" | "dict" => "write what it holds: `map<string,i64>`".to_owned(),
            "id" | "ref" | "reference" => {
                "write the model: `id<Model>`; a key is `uuid`".to_owned()
            }
            _ => return None,
        },
    )
}
