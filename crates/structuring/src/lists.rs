//! Lists: of people, of whom one is the main one; of messages, of which some answer a question.

use crate::Json;
use crate::flatten::MAX_TEXT;
use std::borrow::Cow;

/// What kind of thing or person a member of a list says it is.
pub(crate) fn kind_of(object: &crate::json::Object) -> Option<&str> {
    [
        "type",
        "label",
        "kind",
        "tipo",
        "role",
        "rol",
        "papel",
        "relationship",
        "relation",
        "relacion",
        "parentesco",
        "vinculo",
    ]
    .iter()
    .find_map(|name| object.get(name)?.as_str())
    .filter(|kind| kind.len() < 30)
}

/// Of several people the one that the list says is the main one.
pub(crate) fn main_one(items: &[Json]) -> Option<usize> {
    let main = |item: &Json| {
        let Some(object) = item.as_object() else { return false };
        let flagged =
            ["primary", "is_primary", "isPrimary", "main", "is_main", "principal", "es_titular", "titular", "default"]
                .iter()
                .any(|name| matches!(object.get(name), Some(Json::Bool(true))));
        let named = kind_of(object).is_some_and(|kind| {
            matches!(
                crate::keys::fold(kind).as_str(),
                "primary"
                    | "main"
                    | "principal"
                    | "titular"
                    | "holder"
                    | "lead"
                    | "applicant"
                    | "main applicant"
                    | "primary applicant"
                    | "lead applicant"
                    | "lead passenger"
                    | "lead guest"
                    | "main guest"
                    | "policyholder"
                    | "policy holder"
                    | "account holder"
                    | "solicitante"
                    | "solicitante principal"
                    | "contratante"
                    | "tomador"
                    | "comprador"
                    | "buyer"
                    | "customer"
                    | "cliente"
                    | "huesped principal"
                    | "pasajero principal"
                    | "responsavel financeiro"
                    | "self"
            )
        });
        let person =
            object.keys().any(|key| crate::keys::fold(key).contains("name") || key.to_lowercase().contains("nom"))
                || object.contains_key("given")
                || object.contains_key("first");
        (flagged || named) && person
    };
    let mut found = items.iter().enumerate().filter(|(_, item)| main(item)).map(|(at, _)| at);
    found.next().filter(|_| found.next().is_none() && items.len() > 1)
}

pub(crate) type Member<'a, 'b> = (Vec<Cow<'a, str>>, &'b Json, String);

/// The texts and numbers of an object, and of the objects in it.
pub(crate) fn collect<'a, 'b>(
    object: &'b crate::json::Object,
    path: &[Cow<'a, str>],
    pointer: &str,
    deeper: usize,
    members: &mut Vec<Member<'a, 'b>>,
) {
    for (key, value) in object {
        let mut place = pointer.to_owned();
        crate::json::escape_pointer(&mut place, key);
        let own = || path.iter().cloned().chain([Cow::Owned(key.to_owned())]).collect::<Vec<_>>();
        match value {
            Json::String(text) if text.len() <= 100 => members.push((own(), value, place)),
            Json::Number(_) => members.push((own(), value, place)),
            Json::Object(inner) if deeper > 0 && inner.len() <= 8 => {
                collect(inner, &own(), &place, deeper - 1, members)
            }
            _ => {}
        }
    }
}

/// Who says something, and what, in the messages of bots and help desks.
const SPEAKERS: &[&str] = &[
    "from",
    "de",
    "sender",
    "role",
    "author",
    "speaker",
    "who",
    "autor",
    "remitente",
    "quem",
    "quien",
    "direction",
    "hablante",
    "participant",
    "speaker_role",
];

const SPOKEN: &[&str] = &[
    "text",
    "message",
    "content",
    "body",
    "mensaje",
    "mensagem",
    "texto",
    "msg",
    "t",
    "utterance",
    "said",
    "dice",
    "line",
    "transcript",
    "frase",
    "contenido",
    "conteudo",
    "words",
];

fn turn(item: &Json) -> Option<(&str, &'static str, &str)> {
    let object = item.as_object()?;
    let speaker = SPEAKERS.iter().find_map(|key| object.get(key)?.as_str())?;
    let (key, text) = SPOKEN.iter().find_map(|key| Some((*key, object.get(key)?.as_str()?)))?;
    Some((speaker, key, text))
}

/// `{"messages": ["hola", "quiero turno para el lunes"]}`: what somebody wrote, piece by piece.
pub(crate) fn said_in_pieces(key: &str, items: &[Json]) -> bool {
    const MESSAGES: &[&str] = &[
        "messages",
        "mensajes",
        "mensagens",
        "msgs",
        "chat",
        "texts",
        "textos",
        "conversation",
        "conversacion",
        "conversa",
        "lines",
        "notes",
        "notas",
        "comentarios",
        "comments",
    ];
    let said = |item: &Json| item.as_str().is_some_and(|text| !text.trim().is_empty() && text.len() <= MAX_TEXT);
    (2..=60).contains(&items.len())
        && items.iter().all(said)
        && items.iter().any(|item| item.as_str().is_some_and(|text| text.split_whitespace().count() > 3))
        && MESSAGES.contains(&crate::keys::snake_key(key).as_str())
}

/// `[{"from": "bot", "text": "¿Tu nombre?"}, {"from": "user", "text": "Ana"}]`.
pub(crate) fn said_by_turns(items: &[Json]) -> bool {
    (2..=60).contains(&items.len()) && items.iter().all(|item| turn(item).is_some())
}

pub(crate) struct Turn<'a> {
    pub at: usize,
    pub key: &'static str,
    pub question: Option<String>,
    pub text: &'a str,
}

/// What the one who is asked says, each with the question before it.
pub(crate) fn turns(items: &[Json]) -> Vec<Turn<'_>> {
    let ours = |speaker: &str| {
        let folded = crate::keys::fold(speaker);
        let house = |word: &str| {
            matches!(
                word,
                "bot"
                    | "chatbot"
                    | "assistant"
                    | "asistente"
                    | "assistente"
                    | "agent"
                    | "agente"
                    | "asesor"
                    | "asesora"
                    | "atendente"
                    | "operator"
                    | "operador"
                    | "system"
                    | "sistema"
                    | "outgoing"
                    | "outbound"
                    | "out"
                    | "business"
                    | "page"
                    | "ai"
                    | "admin"
                    | "support"
                    | "soporte"
                    | "flow"
            )
        };
        folded.split(' ').any(house)
    };
    let mut question: Option<String> = None;
    let mut turns = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let Some((speaker, key, text)) = turn(item) else { continue };
        if ours(speaker) {
            question = asked(text).map(str::to_owned);
        } else if !text.trim().is_empty() && text.len() <= MAX_TEXT {
            turns.push(Turn { at, key, question: question.take().filter(|_| text.len() <= 80), text });
        }
    }
    // Nobody of ours said anything: a list of messages, as it stands.
    if turns.len() == items.len() { Vec::new() } else { turns }
}

/// The last question of what somebody says.
fn asked(said: &str) -> Option<&str> {
    let end = said.rfind('?')?;
    let head = &said[..=end];
    let start = head[..end]
        .rfind(['.', '!', '?', '¿', '\u{a1}', '\n'])
        .map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8));
    Some(head[start..].trim()).filter(|asked| asked.len() > 3 && asked.len() <= 120)
}
