//! Text of the document as safe HTML.

/// `&`, `<`, `>` and both quotes escaped: safe between tags and inside a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            other => out.push(other),
        }
    }
    out
}

/// The little of Markdown that API descriptions use: paragraphs, `- ` lists, `#` headings (as bold lines), ``` fences,
/// `code`, **bold** and links to `http`, `https`, `/…` and `#…`. Everything else stays text, escaped.
pub(super) fn markdown(source: &str) -> String {
    let mut out = String::new();
    let mut lines = source.lines().peekable();
    let mut paragraph: Vec<&str> = Vec::new();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            close_paragraph(&mut out, &mut paragraph);
            let mut code = String::new();
            for line in lines.by_ref().take_while(|line| !line.trim().starts_with("```")) {
                code += line;
                code.push('\n');
            }
            out += &format!("<pre><code>{}</code></pre>\n", escape(&code));
        } else if list_item(trimmed).is_some() {
            close_paragraph(&mut out, &mut paragraph);
            let mut items = vec![list_item(trimmed).unwrap_or_default().to_owned()];
            while let Some(next) = lines.peek() {
                if let Some(item) = list_item(next.trim()) {
                    items.push(item.to_owned());
                } else if next.starts_with(' ') && !next.trim().is_empty() {
                    if let Some(last) = items.last_mut() {
                        last.push(' ');
                        last.push_str(next.trim());
                    }
                } else {
                    break;
                }
                lines.next();
            }
            let items: String = items.iter().map(|item| format!("<li>{}</li>", inline(item))).collect();
            out += &format!("<ul>{items}</ul>\n");
        } else if let Some(heading) = trimmed.strip_prefix('#') {
            close_paragraph(&mut out, &mut paragraph);
            out += &format!("<p><strong>{}</strong></p>\n", inline(heading.trim_start_matches('#').trim()));
        } else if trimmed.is_empty() {
            close_paragraph(&mut out, &mut paragraph);
        } else {
            paragraph.push(trimmed);
        }
    }
    close_paragraph(&mut out, &mut paragraph);
    out
}

fn list_item(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))
}

fn close_paragraph(out: &mut String, paragraph: &mut Vec<&str>) {
    if !paragraph.is_empty() {
        *out += &format!("<p>{}</p>\n", inline(&paragraph.join(" ")));
        paragraph.clear();
    }
}

/// `code`, **bold** and links inside one line.
pub(super) fn inline(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(at) = rest.find(['`', '*', '[']) {
        out += &escape(&rest[..at]);
        rest = &rest[at..];
        let (html, used) = if let Some((code, used)) = between(rest, "`", "`") {
            (format!("<code>{}</code>", escape(code)), used)
        } else if let Some((bold, used)) = between(rest, "**", "**") {
            (format!("<strong>{}</strong>", escape(bold)), used)
        } else if let Some((label, target, used)) = link(rest) {
            match target {
                Some(target) => (format!("<a href=\"{}\">{}</a>", escape(target), escape(label)), used),
                None => (escape(label), used),
            }
        } else {
            (rest[..1].to_owned(), 1)
        };
        out += &html;
        rest = &rest[used..];
    }
    out + &escape(rest)
}

/// What stands between `open` (at the start of `text`) and the next `close`, and how many bytes the whole took.
fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<(&'a str, usize)> {
    let inside = text.strip_prefix(open)?;
    let end = inside.find(close)?;
    (end > 0).then(|| (&inside[..end], open.len() + end + close.len()))
}

/// `[label](target)` at the start of `text`. A target that could run something, or that is a file beside the source, is
/// no link: the label stays.
fn link(text: &str) -> Option<(&str, Option<&str>, usize)> {
    let (label, used) = between(text, "[", "]")?;
    let (target, more) = between(&text[used..], "(", ")")?;
    let safe = ["http://", "https://", "/", "#"].iter().any(|start| target.starts_with(start));
    let target = Some(target).filter(|target| safe && !target.contains(char::is_whitespace));
    Some((label, target, used + more))
}

/// The coloured name of an HTTP method. `method` is one of OpenAPI's eight lower-case names.
pub(super) fn method(method: &str) -> String {
    format!("<span class=\"method {method}\">{}</span>", method.to_uppercase())
}

/// A path that may break before each `/` but the first, its `{parameters}` marked.
pub(super) fn path(path: &str) -> String {
    escape(path).replace('/', "<wbr>/").trim_start_matches("<wbr>").replace('{', "<var>{").replace('}', "}</var>")
}

/// `Create a contact` → `create-a-contact`: letters and digits kept, the rest one dash.
pub(super) fn slug(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() || character == '_' {
            out.extend(character.to_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}
