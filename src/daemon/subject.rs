//! What the station holds about the buyer of one order: shown, and erased because somebody asks for it.

use serde_json::{Value, json};

use super::answers::{self, rfc3339};
use super::archive::Archive;
use super::orders::readable;
use super::{Core, Moment};
use crate::exchange::order::{erased, erased_unread};
use crate::station::order::{OrderId, OrderState};
use crate::station::parcels::State;
use crate::store::StoreError;

/// The name of the document's form.
const SCHEMA: &str = "parceld.subject/1";
/// What may hold something of the same buyer and is no part of the station's database.
const ELSEWHERE: [&str; 6] = [
    "files that orders were imported from, and the files of refused rows beside them",
    "printed labels, and the memory of printers",
    "backups and folders replaced-TIME: what is sealed in them ends with its key, what earlier versions wrote is plain",
    "recordings in the data folder, where a device has record = true",
    "files that `parceld label` and this command wrote",
    "the shop, the hub and the carrier",
];

/// Why an order is not erased.
#[derive(Debug, thiserror::Error)]
pub enum SubjectError {
    /// There is none of that name.
    #[error("no order {0}; see `parceld orders list`")]
    Unknown(OrderId),
    /// Its parcels are here.
    #[error(
        "erase {order}: its parcel {parcel} is {state} and has not gone with its carrier, and could not be printed again; \
         void it or hand it over first, or say --even-open"
    )]
    Open {
        /// The order.
        order: OrderId,
        /// The parcel.
        parcel: String,
        /// Its state.
        state: &'static str,
    },
    /// The database.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Everything that is held about the buyer of an order; `null` for an unknown order.
///
/// # Errors
/// [`StoreError`].
pub fn export(archive: Archive<'_>, id: &OrderId) -> Result<Value, StoreError> {
    let store = archive.store;
    let Some(known) = store.known_order(id)? else { return Ok(Value::Null) };
    let state = match (known.key_gone, known.erased) {
        (true, _) => "unreadable: its key is gone",
        (false, true) => "erased",
        (false, false) => "kept",
    };
    let mut versions = Vec::new();
    for version in store.order_versions(id)? {
        let text = store.order_at(id, version)?;
        let document = text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
        versions.push(json!({ "version": version, "document": document }));
    }
    let mut parcels = Vec::new();
    for parcel in archive.of_order(id)? {
        parcels.push(answers::parcel(archive, parcel.id.0)?);
    }
    let erasures = store.erasures(id)?;
    let erasures: Vec<Value> =
        erasures.into_iter().map(|(at, by_whom)| json!({ "at": rfc3339(at), "by": by_whom })).collect();
    Ok(json!({
        "schema": SCHEMA,
        "order_ref": id.number,
        "channel": id.channel,
        "shop": id.shop,
        "state": state,
        "since": store.order_since(id)?.map(rfc3339),
        "versions": versions,
        "labels": store.labels(id)?,
        "parcels": parcels,
        "erased_on_request": erasures,
        "not_here": ELSEWHERE,
    }))
}

impl Core {
    /// Erases an order at once because somebody asks for it, and keeps when and by whom. A stub stays, by which the same file
    /// brings nothing back. What was said of it is gone from the files once [`crate::store::Store::empty_log`] says so.
    ///
    /// # Errors
    /// A parcel of it has not gone yet, unless that is allowed.
    pub fn erase_subject(
        &mut self,
        moment: Moment,
        id: &OrderId,
        by_whom: &str,
        even_open: bool,
    ) -> Result<(), SubjectError> {
        let known = self.store().known_order(id)?.ok_or_else(|| SubjectError::Unknown(id.clone()))?;
        let parcels = self.archive().of_order(id)?;
        let gone = [State::Voided, State::Confirmed, State::Manifested];
        if let Some(open) = parcels.iter().find(|parcel| !gone.contains(&parcel.state())).filter(|_| !even_open) {
            let (order, parcel, state) = (id.clone(), open.id.to_string(), open.state().word());
            return Err(SubjectError::Open { order, parcel, state });
        }
        let packed = parcels.iter().any(|parcel| parcel.state() != State::Voided);
        drop(parcels);
        let order = if known.key_gone { None } else { readable(&known.body) };
        let state = match order.as_ref().map(|order| order.state) {
            Some(state @ (OrderState::Hold | OrderState::CancelRequested | OrderState::Cancelled)) => state,
            // Nobody packs for somebody who wants to be forgotten.
            Some(OrderState::Ready) | None if !packed => OrderState::Cancelled,
            _ => OrderState::Done,
        };
        let stub = order.map_or_else(|| erased_unread(id, known.rev, state), |order| erased(&order, state));
        self.store_mut().erase_asked(id, &stub, moment.wall, by_whom)?;
        self.forget_in_hand(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::daemon::Setup;
    use crate::daemon::intake::OrderOrigin;
    use crate::ids::ParcelId;
    use crate::station::fact::Fact;
    use crate::store::{Store, StoredOrder};
    use crate::units::{Date, Timestamp, Uptime};

    const NOW: Timestamp = Timestamp(1_795_000_000_000);

    fn id(number: &str) -> OrderId {
        OrderId { number: number.into(), ..OrderId::default() }
    }

    fn moment() -> Moment {
        Moment { now: Uptime(0), wall: NOW, today: Date::new(2026, 11, 20).expect("a day"), minute: 0, clock: None }
    }

    fn take(core: &mut Core, number: &str) {
        let body = serde_json::json!({
            "order_ref": number,
            "ship_to": { "name": "Marisol", "line1": "117 Foxglove", "city": "Here", "postcode": "90026", "country": "US" },
            "lines": [{ "sku": "S", "qty": 1 }],
        });
        let (body, id) = (body.to_string(), id(number));
        let order = StoredOrder { id, shop_of_folder: false, body, label: None, otherwise: None };
        core.take_orders(moment(), &[order], OrderOrigin::File, None).expect("kept");
    }

    #[test]
    fn a_buyer_is_shown_and_erased_at_once_and_an_open_parcel_needs_a_word_more() {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        let setup = Setup::load(&demo).expect("the demo's configuration").0;
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(dir.path()).expect("a store");
        let opened = Fact::ParcelOpened {
            parcel: ParcelId(1),
            order_ref: "B".into(),
            rev: 0,
            channel: String::new(),
            shop: String::new(),
            version: Some(1),
            operator: None,
        };
        store.commit(NOW, &[opened], &[]).expect("recorded");
        let mut core = Core::new(store, setup.rules, setup.cards).expect("a station");
        ["A", "B"].iter().for_each(|number| take(&mut core, number));

        let shown = |core: &Core, number| export(core.archive(), &id(number)).expect("an answer");
        assert_eq!(shown(&core, "C"), Value::Null);
        let (a, b) = (shown(&core, "A"), shown(&core, "B"));
        assert_eq!(a["versions"][0]["document"]["ship_to"]["name"], "Marisol");
        assert_eq!((&a["state"], b["parcels"].as_array().map(Vec::len)), (&"kept".into(), Some(1)));

        core.erase_subject(moment(), &id("A"), "ana", false).expect("erased");
        let refused = core.erase_subject(moment(), &id("B"), "ana", false).expect_err("its parcel is open");
        assert!(refused.to_string().contains("--even-open"), "{refused}");
        assert!(shown(&core, "B").to_string().contains("Marisol"));
        core.erase_subject(moment(), &id("B"), "ana", true).expect("erased");
        for number in ["A", "B"] {
            let gone = shown(&core, number);
            assert_eq!(gone["state"], "erased");
            assert_eq!(gone["erased_on_request"][0]["by"], "ana");
            assert!(!gone.to_string().contains("Marisol"), "{gone}");
        }
        // The same file brings nothing back.
        take(&mut core, "A");
        assert!(!shown(&core, "A").to_string().contains("Marisol"));
    }
}
