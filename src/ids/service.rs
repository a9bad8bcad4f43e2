//! A service of a carrier, and references that may leave the service open.

use super::{CarrierId, is_its_text};

/// A service of a carrier: `ontrac.ground`. What stands before the first point is the carrier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceId {
    text: Box<str>,
    /// The beginning of the text, split off once.
    carrier: CarrierId,
}

impl ServiceId {
    /// The service of a carrier whose folder is called `name`.
    pub fn of(carrier: &CarrierId, name: &str) -> Self {
        format!("{carrier}.{name}").into()
    }

    /// The text: `ontrac.ground`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The carrier: `ontrac`.
    pub fn carrier(&self) -> &CarrierId {
        &self.carrier
    }

    /// The name of its folder within the carrier's: `ground`. Empty in a reference that names no service.
    pub fn name(&self) -> &str {
        self.text.split_once('.').map_or("", |(_, name)| name)
    }
}

impl From<String> for ServiceId {
    fn from(text: String) -> Self {
        let carrier = text.split('.').next().unwrap_or_default().into();
        Self { carrier, text: text.into() }
    }
}

is_its_text!(ServiceId);

/// A service, or a carrier where nobody says which of its services: `ontrac.ground` or `ontrac`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ServiceOrCarrier {
    /// One service.
    Service(ServiceId),
    /// Any service of a carrier, or one that is not known.
    Carrier(CarrierId),
}

impl ServiceOrCarrier {
    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Service(service) => service.as_str(),
            Self::Carrier(carrier) => carrier.as_str(),
        }
    }

    /// The carrier, also of a service.
    pub fn carrier(&self) -> &CarrierId {
        match self {
            Self::Service(service) => service.carrier(),
            Self::Carrier(carrier) => carrier,
        }
    }

    /// The service, where one is named.
    pub fn service(&self) -> Option<&ServiceId> {
        match self {
            Self::Service(service) => Some(service),
            Self::Carrier(_) => None,
        }
    }
}

impl From<String> for ServiceOrCarrier {
    fn from(text: String) -> Self {
        if text.contains('.') { Self::Service(text.into()) } else { Self::Carrier(text.into()) }
    }
}

impl From<ServiceId> for ServiceOrCarrier {
    fn from(service: ServiceId) -> Self {
        Self::Service(service)
    }
}

impl From<CarrierId> for ServiceOrCarrier {
    fn from(carrier: CarrierId) -> Self {
        Self::Carrier(carrier)
    }
}

is_its_text!(ServiceOrCarrier);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_knows_its_carrier_and_its_folder() {
        let service = ServiceId::of(&"ontrac".into(), "ground");
        assert_eq!((service.as_str(), service.name()), ("ontrac.ground", "ground"));
        assert_eq!(service.carrier(), &CarrierId::from("ontrac"));
        assert_eq!(format!("{service:<15}|"), "ontrac.ground  |");
    }

    #[test]
    fn a_reference_without_a_point_is_a_carrier() {
        let known = ServiceOrCarrier::from("yodel.home48");
        assert_eq!((known.carrier().as_str(), known.service()), ("yodel", Some(&"yodel.home48".into())));
        let open = ServiceOrCarrier::from("yodel");
        assert_eq!((open.carrier().as_str(), open.service()), ("yodel", None));
    }

    #[test]
    fn any_text_is_read_and_written_as_it_was() {
        for text in ["ontrac.ground", "ontrac", "", ".", "ontrac.", ".ground", "a.b.c", "Post Österreich"] {
            let json = serde_json::to_string(text).unwrap();
            let service: ServiceId = serde_json::from_str(&json).unwrap();
            let either: ServiceOrCarrier = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&(&service, &either)).unwrap(), format!("[{json},{json}]"));
            assert_eq!(service.carrier(), either.carrier(), "{text:?}");
        }
    }

    #[test]
    fn services_stand_in_the_order_of_their_text() {
        let mut services: Vec<ServiceId> = ["ab_c.x", "ab.y", "ab1.z", "ab.x"].map(Into::into).into();
        services.sort();
        assert_eq!(services, ["ab.x", "ab.y", "ab1.z", "ab_c.x"]);
    }
}
