//! Every sentence that the screen, the page and the papers can say.
//!
//! A new one is a line here, and its words in every file of `config/languages`: a test compares them.

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// What stands in a place of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceValue<'a> {
    /// A name, a number of a parcel, a reason: shown as it is, whatever it contains.
    Text(&'a str),
    /// A count: a language may choose its words by it.
    Number(u64),
    /// Words of the same language.
    Sentence(&'a Sentence),
}

impl<'a> From<&'a String> for PlaceValue<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<&u64> for PlaceValue<'_> {
    fn from(number: &u64) -> Self {
        Self::Number(*number)
    }
}

impl<'a> From<&'a Box<Sentence>> for PlaceValue<'a> {
    fn from(sentence: &'a Box<Sentence>) -> Self {
        Self::Sentence(sentence)
    }
}

/// A scanned code as a sentence shows it: its beginning, at most 32 characters.
pub fn shown(code: &str) -> String {
    code.chars().take(32).collect()
}

/// A sentence as it is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Its key in the language files: `scan_order`.
    pub key: &'static str,
    /// The places that its words may use.
    pub places: &'static [&'static str],
    /// Its variant of [`Sentence`], to be looked for in the source.
    pub variant: &'static str,
}

macro_rules! sentences {
    ($($variant:ident $key:literal $({ $($place:ident: $kind:ty),* })?,)*) => {
        /// A sentence with what stands in its places; its words are in the language files.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Sentence {
            $(
                #[doc = concat!("`", $key, "` in the language files.")]
                $variant $({ $(
                    #[doc = concat!("`$", stringify!($place), "` in its words.")]
                    $place: $kind
                ),* })?,
            )*
        }

        impl Sentence {
            /// All of them.
            pub const ALL: &[Declared] = &[
                $(Declared { key: $key, places: &[$($(stringify!($place)),*)?], variant: stringify!($variant) },)*
            ];

            /// Its key in the language files.
            pub const fn key(&self) -> &'static str {
                match self {
                    $(Self::$variant $({ $($place: _),* })? => $key,)*
                }
            }

            /// What stands in each of its places.
            pub fn places(&self) -> Vec<(&'static str, PlaceValue<'_>)> {
                match self {
                    $(Self::$variant $({ $($place),* })? => vec![$($((stringify!($place), PlaceValue::from($place))),*)?],)*
                }
            }

            /// Each of them once, its places filled with what `fill` says for their names.
            #[cfg(test)]
            pub(crate) fn samples(fill: impl Fn(&str) -> &'static str) -> Vec<Self> {
                vec![$(Self::$variant $({ $($place: Sample::sample(fill(stringify!($place)))),* })?),*]
            }
        }
    };
}

sentences! {
    // The way through one parcel.
    ScanOrder "scan_order",
    PlaceParcel "place_parcel",
    WaitStill "wait_still",
    Printing "printing" { carrier: String },
    ScanLabel "scan_label",
    Done "done" { tracking: String },
    EmptyScale "empty_scale",
    // Which day it is.
    DateWords "date_words" { weekday: u64, day: u64, month: u64, year: String },
    DateAsk "date_ask" { date: Box<Sentence> },
    DateAnswer "date_answer",
    DateSupervisor "date_supervisor" { date: Box<Sentence> },
    DateTaken "date_taken" { date: Box<Sentence> },
    DateHeld "date_held" { date: Box<Sentence> },
    ClockWrong "clock_wrong" { date: Box<Sentence> },
    ClockHow "clock_how",
    ClockForHub "clock_for_hub" { date: Box<Sentence> },
    // What a scan found.
    OrderUnknown "order_unknown" { code: String },
    OrderKeyGone "order_key_gone" { order: String },
    OrderMany "order_many" { code: String },
    OrderWhich "order_which" { list: String },
    OrderHold "order_hold" { order: String },
    OrderCancelled "order_cancelled" { order: String },
    OrderChanged "order_changed" { order: String },
    OrderDone "order_done" { order: String, tracking: String },
    // What was said of an order after its parcel was begun, and the scan that gets out of it.
    TakeOut "take_out" { list: String },
    TakeOutHow "take_out_how",
    TooLate "too_late" { order: String, tracking: String },
    OutVoid "out_void" { tracking: String },
    OutHold "out_hold" { tracking: String },
    OutCancel "out_cancel",
    OutLeave "out_leave" { tracking: String },
    LeaveHow "leave_how",
    StaysHere "stays_here" { tracking: String },
    GoneAlready "gone_already" { tracking: String },
    ParcelCopied "parcel_copied" { tracking: String },
    StationCopied "station_copied",
    NoRoom "no_room",
    NoMark "no_mark",
    NoBackup "no_backup",
    CopiedNoNumbers "copied_no_numbers",
    PoolsNone "pools_none",
    PoolsStarted "pools_started" { count: u64 },
    OrdersRefused "orders_refused" { count: u64, order: String },
    NoNewOrders "no_new_orders" { reason: String },
    WrongLabel "wrong_label" { tracking: String },
    FinishFirst "finish_first" { order: String, code: String },
    LabelSpoiled "label_spoiled" { tracking: String },
    OldLabel "old_label" { attempt: u64 },
    UseNewest "use_newest" { attempt: u64 },
    ScanBars "scan_bars",
    CancelOrVoid "cancel_or_void" { tracking: String },
    LanguageSet "language_set",
    OutcomesLearned "outcomes_learned" { known: u64, learned: u64, unknown: u64 },
    PoolStarted "pool_started" { carrier: String, next: String },
    PoolUnknown "pool_unknown" { carrier: String, pool: String },
    PoolRefused "pool_refused" { pool: String, range: String },
    ParcelShown "parcel_shown" { tracking: String, state: Box<Sentence> },
    BadScan "bad_scan",
    BadCommand "bad_command",
    NotHere "not_here",
    ReturnWhich "return_which",
    Returned "returned" { tracking: String },
    ReturnRefused "return_refused" { tracking: String },
    UnknownBox "unknown_box" { id: String },
    UnknownCarrier "unknown_carrier" { carrier: String },
    UnknownLanguage "unknown_language" { language: String },
    // No carrier, no number, no label.
    NoCarrier "no_carrier",
    Refusal "refusal" { service: String, reason: String },
    NoNumbers "no_numbers" { carrier: String },
    LabelRefused "label_refused" { reason: String },
    LabelUsed "label_used" { tracking: String },
    LabelDoubt "label_doubt" { ending: String },
    LabelNone "label_none",
    PrinterBlocked "printer_blocked",
    CannotRecord "cannot_record",
    DatabaseStop "database_stop",
    DatabaseDamaged "database_damaged",
    // Commands and their answers.
    Reprinted "reprinted" { tracking: String },
    ReprintedUnmarked "reprinted_unmarked" { tracking: String },
    ReprintRefused "reprint_refused" { tracking: String },
    PrintedByItself "printed_by_itself" { tracking: String },
    ReprintMost "reprint_most" { count: u64 },
    UnknownReason "unknown_reason" { reason: String },
    SupervisorNeeded "supervisor_needed",
    SupervisorMissing "supervisor_missing",
    NotSupervisor "not_supervisor" { operator: String },
    BadgesRest "badges_rest",
    MarkWanted "mark_wanted" { mark: String },
    MarkFirst "mark_first" { mark: String },
    MarkOn "mark_on" { mark: String },
    MarkOther "mark_other" { mark: String },
    MarkUnneeded "mark_unneeded" { mark: String },
    ScaleKey "scale_key",
    Zeroed "zeroed",
    Tared "tared",
    ScaleRefused "scale_refused" { reason: String },
    BoxSet "box_set" { id: String },
    Held "held" { order: String },
    Resumed "resumed" { order: String },
    Cancelled "cancelled" { order: String },
    AnswerYesNo "answer_yes_no",
    AnswerBadge "answer_badge",
    AnswerNo "answer_no",
    NotDone "not_done",
    VoidWhich "void_which",
    ConfirmVoid "confirm_void" { tracking: String },
    Voided "voided" { tracking: String },
    VoidRefused "void_refused" { tracking: String },
    ConfirmManifest "confirm_manifest" { carrier: String, count: u64 },
    ManifestClosed "manifest_closed" { carrier: String, count: u64 },
    ManifestEmpty "manifest_empty" { carrier: String },
    SlipAgain "slip_again" { carrier: String },
    ConfirmHandover "confirm_handover" { carrier: String },
    HandedOver "handed_over" { carrier: String, count: u64 },
    HandoverEmpty "handover_empty" { carrier: String },
    OutageOn "outage_on" { carrier: String },
    OutageOff "outage_off" { carrier: String },
    Welcome "welcome" { operator: String },
    LoggedOut "logged_out",
    Help "help",
    // Devices.
    WeightOver "weight_over",
    WeightNegative "weight_negative",
    ScaleAbsent "scale_absent",
    ScaleSilent "scale_silent",
    ScaleNonsense "scale_nonsense",
    ScaleUnit "scale_unit",
    ScaleFault "scale_fault",
    PanelAbsent "panel_absent",
    CardsWrong "cards_wrong",
    ScannerAbsent "scanner_absent" { name: String },
    DeviceFloods "device_floods" { name: String },
    PrinterAbsent "printer_absent",
    PrinterDenied "printer_denied",
    PrinterPaperOut "printer_paper_out",
    PrinterHeadOpen "printer_head_open",
    PrinterJam "printer_jam",
    PrinterOffline "printer_offline",
    PrinterRibbonOut "printer_ribbon_out",
    PrinterPaused "printer_paused",
    PrinterSilent "printer_silent",
    PrinterNonsense "printer_nonsense",
    PrinterBusy "printer_busy",
    PrinterAsked "printer_asked",
    PrinterOther "printer_other",
    UplinkStopped "uplink_stopped" { reason: String },
    NotSent "not_sent" { days: u64 },
    // A station that does not run.
    Stopped "stopped",
    StoppedOff "stopped_off",
    StoppedStart "stopped_start",
    StoppedCorrect "stopped_correct",
    StoppedAgain "stopped_again",
    // The bar at the bottom.
    LinkNone "link_none",
    LinkUp "link_up",
    LinkDown "link_down",
    LinkStopped "link_stopped",
    Queue "queue" { count: u64 },
    Packed "packed" { count: u64 },
    // The states of a parcel, as a place of another sentence.
    StateOpen "state_open",
    StateWeighed "state_weighed",
    StateCommitted "state_committed",
    StatePrinting "state_printing",
    StateSent "state_sent",
    StatePrinted "state_printed",
    StatePrintUncertain "state_print_uncertain",
    StateVerified "state_verified",
    StateAttested "state_attested",
    StateManifested "state_manifested",
    StateConfirmed "state_confirmed",
    StateHeld "state_held",
    StateVoided "state_voided",
    // Bags, cages, and papers that wait.
    DoneBag "done_bag" { tracking: String, bag: String },
    DoneLoose "done_loose" { tracking: String },
    BagOpened "bag_opened" { bag: String },
    BagWaits "bag_waits" { bag: String },
    BagClosed "bag_closed" { bag: String, count: u64 },
    BagEmpty "bag_empty" { bag: String },
    BagAgain "bag_again" { bag: String },
    BagNone "bag_none",
    BagWhich "bag_which",
    BagShown "bag_shown" { bag: String, count: u64 },
    PalletOpened "pallet_opened" { pallet: String },
    PalletWaits "pallet_waits" { pallet: String },
    BagOnPallet "bag_on_pallet" { bag: String, pallet: String, count: u64 },
    PalletOther "pallet_other" { bag: String },
    PalletLate "pallet_late" { bag: String },
    PalletClosed "pallet_closed" { pallet: String, count: u64 },
    PalletEmpty "pallet_empty" { pallet: String },
    PalletAgain "pallet_again" { pallet: String },
    PalletNone "pallet_none",
    PalletWhich "pallet_which",
    PalletShown "pallet_shown" { pallet: String, count: u64 },
    VoidedBag "voided_bag" { tracking: String, bag: String },
    Caged "caged" { cage: String },
    OnPaper "on_paper",
    NoReceipts "no_receipts",
    ReceiptWaits "receipt_waits",
    BagLabelWaits "bag_label_waits",
    NoSscc "no_sscc",
    // The page of the demo: what is next, its words and its buttons.
    NextWait "next_wait",
    NextTakeOut "next_take_out" { tracking: String },
    NextMendScale "next_mend_scale",
    NextMendPrinter "next_mend_printer",
    NextYes "next_yes",
    NextCameBack "next_came_back" { tracking: String },
    NextNothing "next_nothing",
    NextHelp "next_help",
    PageNext "page_next",
    PageScanner "page_scanner",
    PageCode "page_code",
    PageScan "page_scan",
    PageScale "page_scale",
    PagePut "page_put",
    PageLift "page_lift",
    PageOrPut "page_or_put",
    PagePutGrams "page_put_grams",
    PagePrinter "page_printer",
    PageScanLabel "page_scan_label",
    PageNoLabel "page_no_label",
    PageBreak "page_break",
    PageWorks "page_works",
    PageNoPaper "page_no_paper",
    PageLidOpen "page_lid_open",
    PageOff "page_off",
    PageSilent "page_silent",
    PageCommands "page_commands",
    PageCable "page_cable",
    PageToPack "page_to_pack",
    PageReady "page_ready",
    PageInHand "page_in_hand",
    PageOnHold "page_on_hold",
    PageCancelled "page_cancelled",
    PageSupplied "page_supplied",
    PageBattery "page_battery",
    PageReturn "page_return",
    PageCancel "page_cancel",
    PageOrders "page_orders",
    PageDrop "page_drop",
    PagePick "page_pick",
    PageTry "page_try",
    PageShop "page_shop",
    PageReading "page_reading",
    PageNew "page_new",
    PageChanged "page_changed",
    PageUnchanged "page_unchanged",
    PageOlder "page_older",
    PageConflict "page_conflict",
    PageRefused "page_refused",
    PageRejects "page_rejects",
    PageNoOrder "page_no_order",
    PageRow "page_row",
    // On paper: manifest slips, bag labels, shift summaries, command sheets.
    PaperManifest "paper_manifest",
    PaperWave "paper_wave" { wave: u64 },
    PaperShipDate "paper_ship_date",
    PaperClosed "paper_closed",
    PaperClosedBy "paper_closed_by",
    PaperParcels "paper_parcels",
    PaperBags "paper_bags",
    PaperWeight "paper_weight",
    PaperServices "paper_services",
    PaperContainers "paper_containers",
    PaperBagLine "paper_bag_line" { container: String },
    PaperCageLine "paper_cage_line" { container: String },
    PaperPalletLine "paper_pallet_line" { container: String },
    PaperLoose "paper_loose",
    PaperTracking "paper_tracking",
    PaperOrder "paper_order",
    PaperIn "paper_in",
    PaperDriver "paper_driver",
    PaperCounted "paper_counted",
    PaperName "paper_name",
    PaperVehicle "paper_vehicle",
    PaperTime "paper_time",
    PaperSignature "paper_signature",
    PaperRecord "paper_record" { hash: String },
    PaperPage "paper_page" { page: u64, pages: u64 },
    PaperBag "paper_bag",
    PaperPallet "paper_pallet",
    PaperShift "paper_shift",
    PaperDay "paper_day",
    PaperOperator "paper_operator" { operator: String },
    PaperNobody "paper_nobody",
    PaperNothing "paper_nothing",
    PaperFirst "paper_first",
    PaperLast "paper_last",
    PaperVoids "paper_voids",
    PaperReprints "paper_reprints",
    PaperHeld "paper_held",
    PaperWritten "paper_written",
    PaperSheet "paper_sheet",
    PaperSheetHelp "paper_sheet_help",
    PaperGroupParcel "paper_group_parcel",
    PaperGroupBoxes "paper_group_boxes",
    PaperGroupMarks "paper_group_marks",
    PaperGroupBags "paper_group_bags",
    PaperGroupCarriers "paper_group_carriers",
    PaperGroupStation "paper_group_station",
    PaperGroupMore "paper_group_more",
    // What the command sheet calls each command, and the reasons it offers.
    DoOk "do_ok",
    DoCancel "do_cancel",
    DoNextParcel "do_nextparcel",
    DoReweigh "do_reweigh",
    DoZero "do_zero",
    DoTare "do_tare",
    DoBox "do_box" { id: String },
    DoReprint "do_reprint",
    DoReprintFor "do_reprint_for" { reason: String },
    DoVoid "do_void",
    DoHold "do_hold",
    DoProblem "do_problem" { reason: String },
    DoMarkOk "do_markok" { mark: String },
    DoCage "do_cage" { cage: String },
    DoBagOpen "do_bagopen",
    DoBagClose "do_bagclose",
    DoPalletOpen "do_palletopen",
    DoPalletClose "do_palletclose",
    DoManifest "do_manifest" { carrier: String },
    DoHandover "do_handover" { carrier: String },
    DoOutage "do_outage" { carrier: String },
    DoReturn "do_return",
    DoHelp "do_help",
    DoLogout "do_logout",
    DoBadge "do_badge" { operator: String },
    DoDateOk "do_dateok",
    DoShift "do_shift",
    DoSheet "do_sheet",
    ProblemDamaged "problem_damaged",
    ProblemShort "problem_short",
    ProblemWrongItem "problem_wrong_item",
    ProblemAddress "problem_address",
}

/// For the page: the key, and the places as text.
impl Serialize for Sentence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |place: PlaceValue<'_>| match place {
            PlaceValue::Text(text) => text.to_owned(),
            PlaceValue::Number(number) => number.to_string(),
            PlaceValue::Sentence(sentence) => sentence.key().to_owned(),
        };
        let args: Vec<(&str, String)> = self.places().into_iter().map(|(name, place)| (name, text(place))).collect();
        let mut object = serializer.serialize_struct("Sentence", 2)?;
        object.serialize_field("key", self.key())?;
        object.serialize_field("args", &args)?;
        object.end()
    }
}

/// What a place of a sample can be made from.
#[cfg(test)]
trait Sample {
    fn sample(text: &'static str) -> Self;
}

#[cfg(test)]
impl Sample for String {
    fn sample(text: &'static str) -> Self {
        text.to_owned()
    }
}

#[cfg(test)]
impl Sample for u64 {
    fn sample(text: &'static str) -> Self {
        text.parse().expect("a number for a place that counts")
    }
}

#[cfg(test)]
impl Sample for Box<Sentence> {
    fn sample(text: &'static str) -> Self {
        Box::new(match text {
            "a date" => Sentence::DateWords { weekday: 3, day: 30, month: 9, year: "2026".to_owned() },
            _ => Sentence::StatePrintUncertain,
        })
    }
}
