//! A page of prose, such as a migration guide or the list of error codes, from the Markdown file of `docs/`.

use super::shell;
use super::text::{escape, inline, markdown, slug};

/// The page of a Markdown file, in the style of the reference. Its first `# ` heading is the title.
///
/// On top of what descriptions may have, it knows headings, which get their slug as fragment, and tables. A table's row
/// that begins with `code` gets that as fragment, so that `/docs/errors#not_found` leads to its row. The paragraphs `Before:`
/// and `After:` stand side by side, with their code.
#[must_use]
pub fn guide(source: &str) -> String {
    let mut body = String::new();
    let mut title = "Recado";
    let mut prose = String::new();
    let mut fenced = false;
    let mut pair = Pair::None;
    let mut lines = source.lines().peekable();
    while let Some(line) = lines.next() {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        let (opens, closes) = pair.meet(line, fenced, fence);
        if let Some(html) = opens {
            body += &markdown(&prose);
            prose.clear();
            body += html;
        }
        if closes {
            body += &markdown(&format!("{prose}{line}\n"));
            prose.clear();
            body += "</div></div>\n";
            continue;
        }
        let level = line.chars().take_while(|character| *character == '#').count();
        if !fenced && (1..=4).contains(&level) && line[level..].starts_with(' ') {
            body += &markdown(&prose);
            prose.clear();
            let heading = line[level..].trim();
            if level == 1 {
                title = heading;
            }
            body += &format!("<h{level} id=\"{}\">{}</h{level}>\n", escape(&slug(heading)), inline(heading));
        } else if !fenced && line.starts_with('|') {
            body += &markdown(&prose);
            prose.clear();
            let mut rows = vec![line];
            while let Some(row) = lines.next_if(|next| next.starts_with('|')) {
                rows.push(row);
            }
            body += &table(&rows);
        } else {
            prose += line;
            prose.push('\n');
        }
    }
    body += &markdown(&prose);
    shell(
        title,
        &format!(
            "<header class=\"top\"><a class=\"brand\" href=\"/docs\">Recado <span>API reference</span></a></header>\n\
             <main id=\"content\" class=\"guide\">\n{body}</main>"
        ),
    )
}

/// Old and new side by side: the paragraphs `Before:` and `After:`, each with the code block that follows.
#[derive(Clone, Copy, PartialEq)]
enum Pair {
    None,
    Before,
    After,
}

impl Pair {
    /// What is written before the line, and whether the pair ends with it.
    fn meet(&mut self, line: &str, fenced: bool, fence: bool) -> (Option<&'static str>, bool) {
        match (*self, line) {
            (Pair::None, "Before:") if !fenced => {
                *self = Pair::Before;
                (Some("<div class=\"pair\"><div>\n"), false)
            }
            (Pair::Before, "After:") if !fenced => {
                *self = Pair::After;
                (Some("</div><div>\n"), false)
            }
            (Pair::After, _) if fence && !fenced => {
                *self = Pair::None;
                (None, true)
            }
            _ => (None, false),
        }
    }
}

/// `rows`: the head, the rule below it, then the rest.
fn table(rows: &[&str]) -> String {
    let mut out = String::from("<div class=\"scroll\"><table class=\"plain\"><thead><tr>");
    for cell in rows.first().map(|row| cells(row)).unwrap_or_default() {
        out += &format!("<th scope=\"col\">{}</th>", inline(cell));
    }
    out += "</tr></thead><tbody>";
    for row in rows.iter().skip(2) {
        let cells = cells(row);
        let code = cells.first().and_then(|cell| cell.strip_prefix('`')?.strip_suffix('`'));
        out += &match code {
            Some(code) if !code.contains(['`', ' ']) => format!("<tr id=\"{}\">", escape(code)),
            _ => "<tr>".to_owned(),
        };
        for cell in cells {
            out += &format!("<td>{}</td>", inline(cell));
        }
        out += "</tr>";
    }
    out + "</tbody></table></div>\n"
}

fn cells(row: &str) -> Vec<&str> {
    row.trim().trim_start_matches('|').trim_end_matches('|').split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::guide;

    #[test]
    fn headings_tables_and_code_become_a_page() {
        let page = guide(
            "# Errors <all>\n\nSee [below](#codes), [design](api-design.md).\n\n## Codes\n\n| code | status |\n| --- | --- |\n\
             | `not_found` | 404 <b> |\n| plain | 1 |\n\n```sh\n# no heading\n| no table |\n```\nend\n",
        );
        for part in [
            "<title>Errors &lt;all&gt;</title>",
            "<h1 id=\"errors-all\">Errors &lt;all&gt;</h1>",
            "<a href=\"#codes\">below</a>, design.",
            "<h2 id=\"codes\">",
            "<tr id=\"not_found\"><td><code>not_found</code></td><td>404 &lt;b&gt;</td></tr><tr><td>plain",
            "<pre><code># no heading\n| no table |\n</code></pre>",
            "<p>end</p>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }

    #[test]
    fn old_and_new_stand_side_by_side() {
        let page = guide("# x\n\nBefore:\n\n```sh\nAfter:\n```\n\nAfter:\n\n```sh\nnew\n```\n\nThen.\n");
        let pair = "<div class=\"pair\"><div>\n<p>Before:</p>\n<pre><code>After:\n</code></pre>\n</div><div>\n<p>After:</p>\n\
                    <pre><code>new\n</code></pre>\n</div></div>\n<p>Then.</p>";
        assert!(page.contains(pair), "{page}");
    }
}
