//! A decision as `parceld quote --json` writes it: amounts as decimal strings, the currency beside them.

use serde_json::{Value, json};

use super::{Decision, Quote, Refusal};

/// The decision as programs read it.
pub fn json(decision: &Decision) -> Value {
    json!({
        "ship_date": decision.ship_date.to_string(),
        "from": decision.from,
        "to": decision.to,
        "choice": decision.choice,
        "quotes": decision.quotes.iter().map(quote).collect::<Vec<_>>(),
        "refusals": decision.refusals.iter().map(refusal).collect::<Vec<_>>(),
    })
}

fn quote(quote: &Quote) -> Value {
    let lines = quote.lines.iter().map(|line| json!({ "rule": line.rule, "amount": line.amount.amount() }));
    let mut value = json!({
        "service": quote.service,
        "total": quote.total.amount(),
        "currency": quote.total.currency.code(),
        "zone": quote.zone,
        "billable": { "value": quote.billable.value, "unit": quote.billable.unit, "basis": quote.billable.basis },
        "lines": lines.collect::<Vec<_>>(),
        "card": quote.card,
        "notes": quote.notes,
    });
    if let Some(code) = &quote.sort_code {
        value["sort_code"] = json!(code);
    }
    value
}

fn refusal(refusal: &Refusal) -> Value {
    json!({ "service": refusal.service, "rule": refusal.rule, "reason": refusal.reason })
}
