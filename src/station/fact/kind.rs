//! What is said once of each kind of fact: its name on disk, whose it is, and whether the world is told of it.

#![deny(clippy::wildcard_enum_match_arm)]

use super::Fact;
use crate::ids::{BagId, ParcelId};
use crate::uplink::event::EventKind;

/// Declares each kind of fact once:
///
/// ```text
/// Variant { field that identifies whose it is } => "name on disk", whose it is, whether it is told (as which event);
/// ```
macro_rules! facts {
    ($($variant:ident $({ $field:ident })? => $name:literal, $subject:ident, $when:ident $(($event:ident))?;)*) => {
        /// A [`Fact`] without its fields.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FactKind {
            $(#[doc = concat!("[`Fact::", stringify!($variant), "`].")] $variant,)*
        }

        impl FactKind {
            /// Every kind of fact.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name on disk: the `fact` of its JSON, and a column of the journal.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Whether the world is told of it, and as which event.
            pub const fn announced(self) -> AnnouncedWhen {
                match self {
                    $(Self::$variant => AnnouncedWhen::$when $((EventKind::$event))?,)*
                }
            }
        }

        impl Fact {
            /// Which fact it is.
            pub const fn kind(&self) -> FactKind {
                match self {
                    $(Self::$variant { .. } => FactKind::$variant,)*
                }
            }

            /// Whose it is.
            pub fn subject(&self) -> Subject<'_> {
                match self {
                    $(Self::$variant { $($field,)? .. } => Subject::$subject $(($field))?,)*
                }
            }
        }
    };
}

facts! {
    ParcelOpened { parcel } => "parcel_opened", Parcel, Never;
    BoxChosen { parcel } => "box_chosen", Parcel, Never;
    Weighed { parcel } => "weighed", Parcel, Never;
    Decided { parcel } => "decided", Parcel, Never;
    Committed { parcel } => "committed", Parcel, Always(ParcelCommitted);
    PrintStarted { parcel } => "print_started", Parcel, Never;
    PrintSent { parcel } => "print_sent", Parcel, Never;
    PrintConfirmed { parcel } => "print_confirmed", Parcel, Never;
    PrintAborted { parcel } => "print_aborted", Parcel, Never;
    PrintDoubted { parcel } => "print_doubted", Parcel, Never;
    PrintSpoiled { parcel } => "print_spoiled", Parcel, Never;
    Reopened { parcel } => "reopened", Parcel, Never;
    Marked { parcel } => "marked", Parcel, Never;
    Verified { parcel } => "verified", Parcel, Always(ParcelVerified);
    Attested { parcel } => "attested", Parcel, Always(ParcelAttested);
    Voided { parcel } => "voided", Parcel, WhenNumbered(ParcelVoided);
    Held { parcel } => "held", Parcel, WhenClosed(ParcelHeld);
    Resumed { parcel } => "resumed", Parcel, Never;
    Intercepted { parcel } => "intercepted", Parcel, WhenNumbered(ParcelIntercepted);
    Released { parcel } => "released", Parcel, WhenNumbered(ParcelReleased);
    LeftOut { parcel } => "left_out", Parcel, Always(ParcelLeftOut);
    OrderRefused { order_ref } => "order_refused", Order, Always(OrderRefused);
    Copied => "copied", Station, Always(StationCopied);
    CopySettled => "copy_settled", Station, Never;
    BagOpened { bag } => "bag_opened", Container, Never;
    Palleted { bag } => "palleted", Container, Never;
    Bagged { parcel } => "bagged", Parcel, Never;
    BagClosed { bag } => "bag_closed", Container, WhenFilled(ContainerClosed);
    Caged { parcel } => "caged", Parcel, Never;
    ManifestClosed { manifest } => "manifest_closed", Manifest, Always(ManifestClosed);
    ManifestHandedOver { manifest } => "manifest_handed_over", Manifest, Always(ManifestHandedOver);
    ManifestConfirmed { manifest } => "manifest_confirmed", Manifest, Never;
    PoolStarted => "pool_started", Station, Never;
    OutageSet => "outage_set", Station, Never;
    Ended { parcel } => "ended", Parcel, Never;
    Returned { parcel } => "returned", Parcel, Always(ReturnReceived);
    VolumeStated => "volume_stated", Station, Never;
    ClockBelieved => "clock_believed", Station, Never;
    ClockDoubted => "clock_doubted", Station, Never;
    OperatorChanged => "operator_changed", Station, Never;
    LanguageChanged => "language_changed", Station, Never;
}

/// Whose a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject<'a> {
    /// This parcel's.
    Parcel(&'a ParcelId),
    /// This bag's or pallet's.
    Container(&'a BagId),
    /// The manifest's with this identifier.
    Manifest(&'a str),
    /// The order's with this number.
    Order(&'a str),
    /// The station's.
    Station,
}

/// Whether the world is told of a fact, and as which event.
///
/// The conditions are asked of the station as it is before the fact: [`Station::announces`].
///
/// [`Station::announces`]: crate::station::Station::announces
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnouncedWhen {
    /// It is not.
    Never,
    /// It always is.
    Always(EventKind),
    /// When its parcel has a tracking number.
    WhenNumbered(EventKind),
    /// When its parcel was closed.
    WhenClosed(EventKind),
    /// When something is in its container.
    WhenFilled(EventKind),
}

impl AnnouncedWhen {
    /// The event, whatever it depends on.
    pub const fn event(self) -> Option<EventKind> {
        match self {
            Self::Never => None,
            Self::Always(event) | Self::WhenNumbered(event) | Self::WhenClosed(event) | Self::WhenFilled(event) => {
                Some(event)
            }
        }
    }
}

impl Fact {
    /// The parcel it is about.
    pub fn parcel(&self) -> Option<ParcelId> {
        match self.subject() {
            Subject::Parcel(id) => Some(*id),
            Subject::Container(_) | Subject::Manifest(_) | Subject::Order(_) | Subject::Station => None,
        }
    }

    /// The bag or pallet it is about.
    pub fn container(&self) -> Option<BagId> {
        match self.subject() {
            Subject::Container(id) => Some(*id),
            Subject::Parcel(_) | Subject::Manifest(_) | Subject::Order(_) | Subject::Station => None,
        }
    }

    /// Its name on disk.
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }
}
