//! A decision as a warehouse manager reads it: the choice first, what each price is made of, every reason against.

use std::fmt::Write as _;

use super::{Basis, Decision, Quote};

/// The decision as a table, ending with a line end.
pub fn explain(decision: &Decision) -> String {
    let mut text = format!("{} -> {}, shipped {}\n", decision.from, decision.to, decision.ship_date);
    let services = decision.quotes.iter().map(|quote| &quote.service);
    let refused = decision.refusals.iter().map(|refusal| &refusal.service);
    let width = services.chain(refused).map(String::len).max().unwrap_or(0);
    if decision.choice.is_none() {
        text.push_str("\nno service carries this parcel\n");
    }
    for quote in &decision.quotes {
        push_quote(&mut text, quote, decision.choice.as_ref() == Some(&quote.service), width);
    }
    if !decision.refusals.is_empty() {
        text.push_str("\nrefused:\n");
    }
    for refusal in &decision.refusals {
        push(&mut text, format_args!("  {:width$}  {}: {}\n", refusal.service, refusal.rule, refusal.reason));
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
    push(
        text,
        format_args!(
            "\n{mark} {:width$}  {:>12}  zone {}, {} {} ({basis})\n",
            quote.service,
            quote.total.to_string(),
            quote.zone,
            quote.billable.value,
            quote.billable.unit,
        ),
    );
    for line in &quote.lines {
        push(text, format_args!("  {:width$}  {:>8}      {}\n", "", line.amount.amount(), line.rule));
    }
    if let Some(code) = &quote.sort_code {
        push(text, format_args!("  {:width$}  sort code {code}\n", ""));
    }
    if !quote.notes.is_empty() {
        push(text, format_args!("  {:width$}  note: {}\n", "", quote.notes.join(", ")));
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string never fails.
    let _ = text.write_fmt(arguments);
}
