//! A simulator for each playground channel, in the place of Meta: it is called over HTTP and calls the signed hook, so that
//! everything on the way is what a real number goes through.

use std::collections::HashSet;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use api::playground::Playgrounds;
use api::seal::Sealer;
use crm::channels::{self, Channel, ChannelSecrets, Played, seal_place};
use crm::id::OrganizationId;
use crm::page::PageRequest;
use crm::templates::{self, TemplateFilter};
use crm::{Caller, Crm};
use providers::whatsapp_cloud::{Account, Graph};
use recado_simulator::{Bounds, Config, Knobs, Number, Simulator, Window};
use serde_json::{Value, json};
use store::Priority;
use tokio::time::sleep;

/// New channels are looked for so often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Plays every playground channel there is, and those that are made later.
pub async fn run(crm: Crm, sealer: Sealer, address: SocketAddr, playgrounds: Arc<Playgrounds>) {
    let mut committed = crm.db().committed();
    // From within this machine it is reached by its loopback address.
    let address = if address.ip().is_unspecified() {
        SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port())
    } else {
        address
    };
    loop {
        if let Err(error) = look(&crm, &sealer, address, &playgrounds).await {
            tracing::warn!(%error, "could not play a playground; tried again");
        }
        if committed.next().await == store::Woken::Closed {
            return;
        }
        sleep(LOOK_EVERY).await;
    }
}

/// One that cannot be played keeps no other from it: the first trouble is told when all were looked at.
async fn look(crm: &Crm, sealer: &Sealer, address: SocketAddr, playgrounds: &Playgrounds) -> crm::Result<()> {
    let (mut seen, mut outcome) = (HashSet::new(), Ok(()));
    for (organization, id) in crm.db().read(Priority::Background, channels::all_playgrounds).await? {
        seen.insert(id);
        if playgrounds.get(id).is_none() {
            let caller = Caller::system(organization);
            let found = crm.read(&caller, move |w| channels::get(&w.setup, id).cloned()).await;
            let played = match found {
                Ok(channel) => play(crm, sealer, address, playgrounds, organization, &channel).await,
                Err(error) => Err(error),
            };
            outcome = outcome.and(played);
        }
    }
    // An archived one is played no more.
    playgrounds.keep(|id| seen.contains(&id));
    outcome
}

async fn play(
    crm: &Crm,
    sealer: &Sealer,
    address: SocketAddr,
    playgrounds: &Playgrounds,
    organization: OrganizationId,
    channel: &Channel,
) -> crm::Result<()> {
    let internal = |error: &dyn std::fmt::Display| crm::Error::Internal(format!("a playground: {error}"));
    let id = channel.id;
    // Digits as Meta's ids are, the same at each start.
    let digits = id.0.as_u128() % 10_u128.pow(13);
    let (phone_number_id, waba_id) = (format!("7{digits:014}"), format!("8{digits:014}"));
    let [token, app_secret, verify_token] = [secret()?, secret()?, secret()?];
    let number = Number {
        phone_number_id: phone_number_id.clone(),
        waba_id: waba_id.clone(),
        display_phone_number: channel.phone.as_deref().unwrap_or_default().trim_start_matches('+').to_owned(),
        verified_name: channel.name.clone(),
        coexistence: false,
    };
    let knobs = Knobs {
        delivered_after_ms: Some(700),
        messages_per_second: None,
        pair_interval_ms: None,
        // Whose window is shut Recado itself knows, and the simulator forgets at each start.
        window: Window::Open,
        ..Knobs::default()
    };
    let config = Config {
        seed: u64::from_be_bytes(bits::<8>()?),
        webhook_url: Some(format!("http://{address}/hooks/whatsapp/{id}")),
        app_secret: app_secret.clone(),
        verify_token: verify_token.clone(),
        access_token: token.clone(),
        numbers: vec![number],
        knobs,
        // It is within a server that does other things, and is steered by the API alone, which asks who it is.
        bounds: Bounds::small(),
        steered_by_http: false,
        ..Config::default()
    };
    let simulator = Simulator::start(config).await.map_err(|error| internal(&error))?;
    let secrets = ChannelSecrets {
        access_token: Some(token.clone()),
        app_secret: Some(app_secret),
        verify_token: Some(verify_token),
        ..ChannelSecrets::default()
    };
    let plain = serde_json::to_vec(&secrets).map_err(|error| internal(&error))?;
    let sealed = sealer.seal(&seal_place(id), &plain).map_err(|error| internal(&error))?;
    let graph_base_url = simulator.url().to_owned();
    let account = Account {
        base_url: Some(graph_base_url.clone()),
        version: None,
        phone_number_id: phone_number_id.clone(),
        waba_id: waba_id.clone(),
        access_token: token,
    };
    let played = Played { graph_base_url, phone_number_id, waba_id, secrets: sealed };
    let caller = Caller::system(organization);
    crm.write(&caller, move |w| channels::play(w, id, &played)).await?;
    playgrounds.put(id, simulator);
    let graph = Graph::new(playgrounds.http.clone(), account);
    if let Err(error) = approve(crm, &caller, channel, &graph).await {
        tracing::warn!(%error, channel = %id, "a playground has no templates");
    }
    Ok(())
}

/// The templates that the channel had, else some to begin with: the simulator has them anew at each start.
async fn approve(crm: &Crm, caller: &Caller, channel: &Channel, graph: &Graph) -> Result<(), String> {
    let filter = TemplateFilter { channel: Some(channel.id), ..TemplateFilter::default() };
    let page = PageRequest { limit: 100, cursor: None };
    let known =
        crm.read(caller, move |w| templates::browse(w, &filter, &page)).await.map_err(|error| error.to_string())?;
    let mut wanted: Vec<Value> = Vec::new();
    for template in &known.data {
        wanted.push(json!({"name": template.name, "language": template.language, "category": template.category,
                           "parameter_format": template.parameter_format, "components": template.components}));
    }
    if wanted.is_empty() {
        wanted = first_templates();
    }
    for template in &wanted {
        graph.create_template(template).await.map_err(|error| error.to_string())?;
    }
    let found = graph.templates(None).await.map_err(|error| error.to_string())?.templates;
    let (id, run) = (channel.id, uuid::Uuid::from_u128(u128::from_be_bytes(bits::<16>().map_err(|e| e.to_string())?)));
    let write = crm.write(caller, move |w| {
        let changed = templates::page(w, id, run, &found)?;
        templates::finish(w, id, run, changed)
    });
    write.await.map(drop).map_err(|error| error.to_string())
}

fn first_templates() -> Vec<Value> {
    let of = |name: &str, category: &str, text: &str, example: &[&str]| {
        json!({"name": name, "language": "es", "category": category,
               "components": [{"type": "BODY", "text": text, "example": {"body_text": [example]}}]})
    };
    vec![
        of(
            "recordatorio_de_cita",
            "UTILITY",
            "Hola {{1}}, te recordamos tu cita del {{2}}. Si no puedes venir, responde a este mensaje.",
            &["Ana", "martes a las 10:30"],
        ),
        of(
            "seguimos_en_contacto",
            "MARKETING",
            "Hola {{1}}, ¿sigues con dudas? Escríbenos por aquí cuando quieras, te ayudamos.",
            &["Ana"],
        ),
    ]
}

fn bits<const N: usize>() -> crm::Result<[u8; N]> {
    let mut bits = [0; N];
    getrandom::fill(&mut bits).map_err(|error| crm::Error::Internal(error.to_string()))?;
    Ok(bits)
}

/// Known to nobody but the two.
fn secret() -> crm::Result<String> {
    let mut text = String::new();
    for byte in bits::<24>()? {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
