//! A decision as `parceld quote --json` writes it: amounts as decimal strings, the currency beside them.

use serde_json::{Value, json};

use super::{Change, Decision, Quote, Refusal};
use crate::units::Money;

/// The decision as programs read it.
pub fn json(decision: &Decision) -> Value {
    let mut value = json!({
        "ship_date": decision.ship_date.to_string(),
        "from": decision.from,
        "to": decision.to,
        "choice": decision.choice,
        "policy": decision.policy,
        "turn": decision.priority,
        "quotes": decision.quotes.iter().map(quote).collect::<Vec<_>>(),
        "refusals": decision.refusals.iter().map(refusal).collect::<Vec<_>>(),
        "changes": decision.changes.iter().map(change).collect::<Vec<_>>(),
    });
    if decision.folded {
        value["folded"] = json!(true);
    }
    value
}

fn quote(quote: &Quote) -> Value {
    let lines =
        quote.lines.iter().map(|line| json!({ "rule": line.rule, "amount": line.amount.amount(), "how": line.how }));
    let mut value = json!({
        "service": quote.service,
        "total": quote.total.amount(),
        "currency": quote.total.currency.code(),
        "zone": quote.zone,
        "billable": { "value": quote.billable.value, "unit": quote.billable.unit, "basis": quote.billable.basis },
        "lines": lines.collect::<Vec<_>>(),
        "card": quote.card,
        "notes": quote.notes,
        "leaves": quote.leaves,
        "days": quote.days,
    });
    if let Some(compared) = quote.compared {
        value["compared"] = amount(compared);
    }
    if let Some(risk) = &quote.risk {
        value["risk"] = json!({
            "cost": amount(risk.cost),
            "failed": { "counted": risk.failed, "believed": risk.failed_believed },
            "late": { "counted": risk.late, "believed": risk.late_believed },
        });
    }
    if let Some(code) = &quote.sort_code {
        value["sort_code"] = json!(code);
    }
    if let Some(detail) = &quote.sort_detail {
        value["sort_detail"] = json!(detail);
    }
    value
}

fn amount(money: Money) -> Value {
    json!({ "amount": money.amount(), "currency": money.currency.code() })
}

fn change(change: &Change) -> Value {
    json!({
        "what": change.what,
        "less": change.less,
        "service": change.service,
        "total": amount(change.total),
        "saves": amount(change.saves),
    })
}

fn refusal(refusal: &Refusal) -> Value {
    json!({ "service": refusal.service, "rule": refusal.rule, "reason": refusal.reason })
}
