//! How requests to sellers' systems are signed, and how what they send is checked. Each is a function of a secret and of what
//! is sent; nothing is sent here.
//!
//! | system | what is signed | with |
//! |---|---|---|
//! | TikTok Shop, request | secret, path, `key` and `value` of each parameter in the order of the keys, body, secret | HMAC-SHA256, hexadecimal |
//! | TikTok Shop, webhook | the app's key, body | the same |
//! | 马帮 v2, header `Authorization` | the body as it is sent | the same |
//! | 易仓 open platform | `key=value` in the order of the keys with `&` between, then the secret | MD5, hexadecimal |
//!
//! The rules are read off programs that use these systems; the systems' own pages were not to be had.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use md5::{Digest, Md5};
use ring::hmac;

/// Parameters of a TikTok Shop request that are not signed.
const TIKTOK_UNSIGNED: [&str; 3] = ["sign", "access_token", "x-tts-access-token"];

/// The parameter `sign` of a TikTok Shop request. `query` has its parameters, in any order; a request without a body that is
/// signed (GET, or one with several parts) has an empty `body`.
pub fn tiktok_request(secret: &str, path: &str, query: &[(&str, &str)], body: &[u8]) -> String {
    let mut signed: Vec<_> = query.iter().filter(|(key, _)| !TIKTOK_UNSIGNED.contains(key)).collect();
    signed.sort_unstable();
    let mut text = format!("{secret}{path}");
    for (key, value) in signed {
        text.push_str(key);
        text.push_str(value);
    }
    hmac_sha256(secret, &[text.as_bytes(), body, secret.as_bytes()])
}

/// The header `Authorization` of a TikTok Shop webhook.
pub fn tiktok_webhook(secret: &str, app_key: &str, body: &[u8]) -> String {
    hmac_sha256(secret, &[app_key.as_bytes(), body])
}

/// Whether a TikTok Shop webhook is signed with this secret. It takes as long for a wrong signature as for a right one.
pub fn is_tiktok_webhook(secret: &str, app_key: &str, body: &[u8], authorization: &str) -> bool {
    let Ok(given) = HEXLOWER_PERMISSIVE.decode(authorization.as_bytes()) else { return false };
    let signed = [app_key.as_bytes(), body].concat();
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), &signed, &given).is_ok()
}

/// The header `Authorization` of a 马帮 v2 request with this body.
pub fn mabang(secret: &str, body: &[u8]) -> String {
    hmac_sha256(secret, &[body])
}

/// The field `sign` of a request to 易仓's open platform with these fields, in any order, where `sign_type` is `MD5`.
pub fn eccang(secret: &str, fields: &[(&str, &str)]) -> String {
    let mut signed: Vec<_> = fields.iter().filter(|(key, _)| *key != "sign").collect();
    signed.sort_unstable();
    let signed: Vec<String> = signed.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    HEXLOWER.encode(&Md5::digest(format!("{}{secret}", signed.join("&"))))
}

fn hmac_sha256(secret: &str, parts: &[&[u8]]) -> String {
    let mut signing = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()));
    parts.iter().for_each(|part| signing.update(part));
    HEXLOWER.encode(signing.sign().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published: RFC 4231, test case 2.
    const JEFE: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn a_header_over_a_body_is_the_published_hmac_sha_256_of_it() {
        assert_eq!(mabang("Jefe", b"what do ya want for nothing?"), JEFE);
        assert_eq!(tiktok_webhook("Jefe", "what do ya ", b"want for nothing?"), JEFE);
    }

    #[test]
    fn a_webhook_is_taken_with_its_own_signature_alone() {
        let is = |body: &[u8], given: &str| is_tiktok_webhook("Jefe", "what do ya ", body, given);
        assert!(is(b"want for nothing?", JEFE) && is(b"want for nothing?", &JEFE.to_uppercase()));
        assert!(!is(b"want for nothing!", JEFE) && !is(b"want for nothing?", &JEFE[..62]));
        assert!(!is(b"want for nothing?", "") && !is(b"want for nothing?", "no hexadecimal"));
    }

    /// Computed apart, by Python's hmac, from the rule as it stands above.
    #[test]
    fn a_request_is_signed_over_its_path_its_sorted_parameters_and_its_body_and_not_over_its_token() {
        let query = [
            ("timestamp", "1623812664"),
            ("sign", "old"),
            ("app_key", "123abc"),
            ("access_token", "t"),
            ("shop_cipher", "GCP_XF90"),
        ];
        let body = br#"{"order_status":"AWAITING_SHIPMENT"}"#;
        assert_eq!(
            tiktok_request("e59af819cc", "/order/202309/orders/search", &query, body),
            "407442db287b9014c70ff9c07ccb48ab198ca8061d3e3f063b288e9e5fc20515"
        );
        let query = [&query[..], &[("ids", "1,2")]].concat();
        assert_eq!(
            tiktok_request("e59af819cc", "/order/202309/orders", &query, b""),
            "5070498a1a63a3f0fc9b584f4587e3a2b927366743bd6e019cf75bf1cc155833"
        );
    }

    #[test]
    fn md5_is_the_published_one_and_fields_are_signed_in_the_order_of_their_names() {
        // Published: RFC 1321, A.5.
        assert_eq!(HEXLOWER.encode(&Md5::digest("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
        assert_eq!(eccang("message digest", &[]), "f96b697d7cb7938d525a2f31aaf161d0");
        // Computed apart, by Python's hashlib.
        let fields = [
            ("service_id", "s"),
            ("app_key", "k"),
            ("interface_method", "getOrderList"),
            ("biz_content", "{\"page\":1}"),
            ("timestamp", "1623812664000"),
            ("nonce_str", "n1"),
            ("charset", "UTF-8"),
            ("version", "v1.0.0"),
            ("sign_type", "MD5"),
            ("sign", "old"),
        ];
        assert_eq!(eccang("secret", &fields), "ec4511552ca6b90f4e6f8d81858a01ee");
    }
}
