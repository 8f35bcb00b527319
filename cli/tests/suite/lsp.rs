//! `keyloom lsp`, driven over standard input and output as an editor drives it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support::Folder;

/// A server and what it has said that nobody has read yet.
struct Editor {
    folder: Folder,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    next: i64,
}

impl Editor {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder::new(files.iter().copied());
        let mut child = folder
            .command(&["lsp"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut editor = Self {
            folder,
            child,
            input,
            output,
            next: 0,
        };
        let answer = editor.request("initialize", json!({ "capabilities": {} }));
        assert_eq!(answer["serverInfo"]["name"], "keyloom");
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("it reads");
        self.input.flush().expect("it reads");
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("it writes");
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.parse().expect("a number");
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("a whole message");
        serde_json::from_slice(&body).expect("JSON")
    }

    fn notify(&mut self, method: &str, parameters: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": parameters }));
    }

    /// The whole answer to a request.
    fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters }));
        let answer = self.receive();
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    fn request(&mut self, method: &str, parameters: Value) -> Value {
        let mut answer = self.ask(method, parameters);
        assert_eq!(answer.get("error"), None, "{method}");
        answer["result"].take()
    }

    fn uri(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        format!("file://{}", path.display())
    }

    fn open(&mut self, name: &str, text: &str) {
        let document =
            json!({ "uri": self.uri(name), "languageId": "kdl", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, name: &str, text: &str) {
        let document = json!({ "uri": self.uri(name), "version": 2 });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
    }

    fn close(&mut self, name: &str) {
        let document = json!({ "uri": self.uri(name) });
        self.notify("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// The next published diagnostics: the file, and for each its place, code and first line.
    fn published(&mut self) -> (String, Vec<String>) {
        let message = self.receive();
        assert_eq!(
            message["method"], "textDocument/publishDiagnostics",
            "{message}"
        );
        let parameters = &message["params"];
        let uri = parameters["uri"].as_str().expect("a URI");
        let name = uri.rsplit('/').next().expect("a name").to_owned();
        let list = parameters["diagnostics"].as_array().expect("a list");
        let line = |it: &Value| {
            let (start, end) = (&it["range"]["start"], &it["range"]["end"]);
            let message = it["message"].as_str().expect("a text");
            format!(
                "{}:{}-{}:{} {} {}",
                start["line"],
                start["character"],
                end["line"],
                end["character"],
                it["code"].as_str().expect("a code"),
                message.lines().next().expect("a line")
            )
        };
        (name, list.iter().map(line).collect())
    }

    /// A request about the place before `needle` in a document.
    fn at(&mut self, method: &str, name: &str, text: &str, needle: &str) -> Value {
        let offset = text.find(needle).expect("the place is in the text");
        let before = &text[..offset];
        let line = before.matches('\n').count();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let character = before[start..].encode_utf16().count();
        let parameters = json!({
            "textDocument": { "uri": self.uri(name) },
            "position": { "line": line, "character": character },
        });
        self.request(method, parameters)
    }

    /// Shuts the server down; its exit code.
    fn end(mut self) -> Option<i32> {
        assert_eq!(self.request("shutdown", Value::Null), Value::Null);
        self.notify("exit", Value::Null);
        self.child.wait().expect("it ends").code()
    }
}

const MAIN: &str = "schema blog
import \"users.kdl\"
// 😀 counts as two
/* 😀 */ model Post table=posts {
    fields { id uuid; author_id id<User>; title string }
    key id
    belongs-to author User by=author_id on-delete=restrict
    index by_author author_id
}
";

const USERS: &str = "/// A person.
model User table=users {
    fields { id uuid; email string max=254 }
    key id
    has-many posts Post via=author
}
";

#[test]
fn it_says_what_it_can_do_and_ends_when_it_is_asked() {
    let mut editor = Editor::new(&[]);
    let answer = editor.ask("textDocument/rename", json!({}));
    assert_eq!(answer["error"]["code"], -32601);
    let answer = editor.ask("textDocument/hover", json!({ "textDocument": 1 }));
    assert_eq!(answer["error"]["code"], -32602);
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn diagnostics_follow_each_change_and_stand_where_utf_16_counts_them() {
    let mut editor = Editor::new(&[]);
    let wrong = "schema a\n/* é😀 */ model M table=ms { fields { id uid }; key id }\n";
    editor.open("a.kdl", wrong);
    let fault = "1:41-1:44 S003 unknown type `uid`".to_owned();
    assert_eq!(editor.published(), ("a.kdl".to_owned(), vec![fault]));
    editor.change("a.kdl", &wrong.replace("uid", "uuid"));
    assert_eq!(editor.published(), ("a.kdl".to_owned(), vec![]));
    editor.change("a.kdl", "schema s\nmodel A table=x { fields { id uuid }; key id }\nmodel A table=y { fields { id uuid }; key id }\n");
    let message = editor.receive();
    let found = &message["params"]["diagnostics"][0];
    let wanted = json!({
        "range": { "start": { "line": 2, "character": 6 }, "end": { "line": 2, "character": 7 } },
        "severity": 1,
        "code": "M001",
        "source": "keyloom",
        "message": found["message"],
        "relatedInformation": [{
            "location": {
                "uri": editor.uri("a.kdl"),
                "range": { "start": { "line": 1, "character": 6 }, "end": { "line": 1, "character": 7 } },
            },
            "message": "first",
        }],
    });
    assert_eq!(*found, wanted);
    let text = found["message"].as_str().expect("a text");
    assert!(text.contains("`A` is declared twice\nhelp: "), "{text}");
    editor.close("a.kdl");
    assert_eq!(editor.published(), ("a.kdl".to_owned(), vec![]));
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn an_imported_file_is_checked_with_what_imports_it() {
    let mut editor = Editor::new(&[("main.kdl", MAIN), ("users.kdl", USERS)]);
    // On its own it would have no `schema` and no `Post`.
    editor.open("users.kdl", USERS);
    assert_eq!(editor.published(), ("main.kdl".to_owned(), vec![]));
    assert_eq!(editor.published(), ("users.kdl".to_owned(), vec![]));
    editor.change("users.kdl", &USERS.replace("Post via", "Pots via"));
    assert_eq!(editor.published(), ("main.kdl".to_owned(), vec![]));
    let fault = "4:19-4:23 R001 relation `posts` names an unknown model `Pots`".to_owned();
    assert_eq!(editor.published(), ("users.kdl".to_owned(), vec![fault]));
    // The text of the editor counts, also for the file that imports.
    editor.open("main.kdl", &MAIN.replace("import \"users.kdl\"", ""));
    let (name, faults) = editor.published();
    assert_eq!((name.as_str(), faults.len()), ("main.kdl", 2), "{faults:?}");
    assert_eq!(editor.published(), ("users.kdl".to_owned(), vec![]));
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn a_hover_shows_what_a_name_and_a_word_mean() {
    let mut editor = Editor::new(&[("main.kdl", MAIN), ("users.kdl", USERS)]);
    editor.open("main.kdl", MAIN);
    let _ = (editor.published(), editor.published());
    let hover = editor.at("textDocument/hover", "main.kdl", MAIN, "ser by=");
    let wanted = json!({
        "contents": { "kind": "markdown", "value": "```kdl\nmodel User table=users\n```\n\nA person.\n\nA model." },
        "range": { "start": { "line": 6, "character": 22 }, "end": { "line": 6, "character": 26 } },
    });
    assert_eq!(hover, wanted);
    let hover = editor.at("textDocument/hover", "main.kdl", MAIN, "odel Post");
    assert_eq!(
        hover["range"]["start"],
        json!({ "line": 3, "character": 9 })
    );
    let text = hover["contents"]["value"].as_str().expect("a text");
    assert!(
        text.starts_with("```kdl\nmodel NAME table=TABLE [was=OLD] { … }\n```"),
        "{text}"
    );
    let nothing = editor.at("textDocument/hover", "main.kdl", MAIN, " counts");
    assert_eq!(nothing, Value::Null);
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn a_name_leads_to_its_declaration_in_whatever_file() {
    let mut editor = Editor::new(&[("main.kdl", MAIN), ("users.kdl", USERS)]);
    editor.open("users.kdl", USERS);
    let _ = (editor.published(), editor.published());
    let place = |editor: &Editor, name: &str, line: u32, from: u32, to: u32| {
        json!({
            "uri": editor.uri(name),
            "range": { "start": { "line": line, "character": from }, "end": { "line": line, "character": to } },
        })
    };
    let method = "textDocument/definition";
    let found = editor.at(method, "users.kdl", USERS, "author");
    assert_eq!(found, place(&editor, "main.kdl", 6, 15, 21));
    let found = editor.at(method, "users.kdl", USERS, "ost via");
    // A rocket of two units stands before it.
    assert_eq!(found, place(&editor, "main.kdl", 3, 15, 19));
    let found = editor.at(method, "main.kdl", MAIN, "ser>");
    assert_eq!(found, place(&editor, "users.kdl", 1, 6, 10));
    let found = editor.at(method, "main.kdl", MAIN, "users.kdl");
    assert_eq!(found, place(&editor, "users.kdl", 0, 0, 0));
    let found = editor.at(method, "main.kdl", MAIN, "chema");
    assert_eq!(found, Value::Null);
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn completions_know_the_place() {
    let mut editor = Editor::new(&[("users.kdl", USERS)]);
    let text = MAIN.replace("by=author_id on-delete=restrict", "by=");
    editor.open("main.kdl", &text);
    let _ = (editor.published(), editor.published());
    let found = editor.at("textDocument/completion", "main.kdl", &text, "\n    index");
    let items = found.as_array().expect("a list");
    let labels: Vec<&str> = items.iter().filter_map(|it| it["label"].as_str()).collect();
    assert_eq!(labels, ["id", "author_id", "title"]);
    let wanted = json!({
        "label": "author_id",
        "kind": 5,
        "detail": "author_id id<User>",
        "documentation": { "kind": "markdown", "value": "```kdl\nauthor_id id<User>\n```\n\nField of `Post`." },
        "sortText": "0001",
        "textEdit": {
            "range": { "start": { "line": 6, "character": 30 }, "end": { "line": 6, "character": 30 } },
            "newText": "author_id",
        },
    });
    assert_eq!(items[1], wanted);
    assert_eq!(editor.end(), Some(0));
}

#[test]
fn formatting_is_that_of_the_formatter() {
    let mut editor = Editor::new(&[]);
    editor.open("a.kdl", "schema  a // 😀");
    let _ = editor.published();
    let ask = |editor: &mut Editor| {
        let document = json!({ "uri": editor.uri("a.kdl") });
        let options = json!({ "tabSize": 4, "insertSpaces": true });
        editor.request(
            "textDocument/formatting",
            json!({ "textDocument": document, "options": options }),
        )
    };
    let wanted = json!([{
        "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 15 } },
        "newText": "schema a  // 😀\n",
    }]);
    assert_eq!(ask(&mut editor), wanted);
    editor.change("a.kdl", "schema a  // 😀\n");
    let _ = editor.published();
    assert_eq!(ask(&mut editor), json!([]));
    editor.change("a.kdl", "schema \"a\n");
    let _ = editor.published();
    assert_eq!(ask(&mut editor), Value::Null);
    assert_eq!(editor.end(), Some(0));
}
