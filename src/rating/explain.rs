//! A decision as a warehouse manager reads it: the choice first, what each price is made of, every reason against.

use std::fmt::Write as _;

use super::{Basis, Decision, Quote};
use crate::ids::ServiceOrCarrier;

/// The decision as a table, ending with a line end.
pub fn explain(decision: &Decision) -> String {
    let mut text = format!("{} -> {}, shipped {}\n", decision.from, decision.to, decision.ship_date);
    let services = decision.quotes.iter().map(|quote| &quote.service);
    let refused = decision.refusals.iter().filter(|refusal| refusal.rule != "origin").map(|refusal| &refusal.service);
    let width = services.chain(refused).map(|service| service.as_str().len()).max().unwrap_or(0);
    if decision.choice.is_none() {
        text.push_str("\nno service carries this parcel\n");
    }
    let chosen = decision.choice.as_ref().and_then(ServiceOrCarrier::service);
    for quote in &decision.quotes {
        push_quote(&mut text, quote, chosen == Some(&quote.service), width);
    }
    let (elsewhere, refused): (Vec<_>, Vec<_>) = decision.refusals.iter().partition(|refusal| refusal.rule == "origin");
    if !refused.is_empty() {
        text.push_str("\nrefused:\n");
    }
    for refusal in refused {
        push(&mut text, format_args!("  {:width$}  {}: {}\n", refusal.service, refusal.rule, refusal.reason));
    }
    if !elsewhere.is_empty() {
        let services: Vec<&str> = elsewhere.iter().map(|refusal| refusal.service.as_str()).collect();
        push(&mut text, format_args!("\nnot collecting from {}: {}\n", decision.from, services.join(", ")));
    }
    let reasons = decision.choice.iter().zip(&decision.priority).map(|(choice, why)| format!("{choice}: {why}"));
    let policy = Some(decision.policy.as_str()).filter(|policy| !matches!(*policy, "" | "cheapest"));
    for reason in policy.map(|policy| format!("policy: {policy}")).into_iter().chain(reasons) {
        push(&mut text, format_args!("\n{reason}\n"));
    }
    for change in &decision.changes {
        let (what, less, saves) = (&change.what, &change.less, &change.saves);
        let same = chosen == Some(&change.service);
        let by = if same { String::new() } else { format!(" by {}", change.service) };
        push(&mut text, format_args!("\n{less} less {what} is {saves} cheaper: {}{by}\n", change.total.amount()));
    }
    text
}

fn push_quote(text: &mut String, quote: &Quote, chosen: bool, width: usize) {
    let mark = if chosen { "*" } else { " " };
    let basis = match quote.billable.basis {
        Basis::Actual => "actual weight",
        Basis::Dimensional => "dimensional weight",
        Basis::Cubic => "cubic",
        Basis::Minimum => "minimum weight",
    };
    let days = match quote.days {
        Some(1) => ", 1 day".to_owned(),
        Some(days) => format!(", {days} days"),
        None => String::new(),
    };
    push(
        text,
        format_args!(
            "\n{mark} {:width$}  {:>12}  zone {}, {} {} ({basis}){days}\n",
            quote.service,
            quote.total.to_string(),
            quote.zone,
            quote.billable.value,
            quote.billable.unit,
        ),
    );
    for line in &quote.lines {
        let how = if line.how.is_empty() { String::new() } else { format!(": {}", line.how) };
        push(text, format_args!("  {:width$}  {:>8}      {}{how}\n", "", line.amount.amount(), line.rule));
    }
    if let Some(compared) = quote.compared {
        push(text, format_args!("  {:width$}  compared as {compared}\n", ""));
    }
    if let Some(risk) = &quote.risk {
        let counted = |counted: &Option<String>| counted.clone().unwrap_or_else(|| "nothing known".to_owned());
        let (failed, late) = (counted(&risk.failed), counted(&risk.late));
        push(
            text,
            format_args!(
                "  {:width$}  {:>8}      expected loss: failed {failed}, believed {}; late {late}, believed {}\n",
                "",
                risk.cost.amount(),
                risk.failed_believed,
                risk.late_believed
            ),
        );
    }
    if let Some(leaves) = quote.leaves {
        push(text, format_args!("  {:width$}  leaves {leaves}: it is after its cut-off time\n", ""));
    }
    if let Some(code) = &quote.sort_code {
        let detail = quote.sort_detail.as_ref().map_or_else(String::new, |detail| format!(" {detail}"));
        push(text, format_args!("  {:width$}  sort code {code}{detail}\n", ""));
    }
    if !quote.notes.is_empty() {
        push(text, format_args!("  {:width$}  note: {}\n", "", quote.notes.join(", ")));
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string never fails.
    let _ = text.write_fmt(arguments);
}
