//! Whether an e-mail address is a person's or the office's own.
//!
//! Takes the text around an address at a public mail provider (163.com, qq.com). Agencies use such providers too, so the host
//! decides nothing. An address is a person's if a name is next to it or in it, if it is a mobile or account number, or if nothing
//! states that the agency is reached by it.

use crate::form::words;

/// Characters before an address, and after it, in which a person may be named.
const BEFORE: usize = 40;
const BEHIND: usize = 8;
/// Length of a person's name, in characters.
const NAME: std::ops::RangeInclusive<usize> = 2..=4;
/// Number of digits of an account number.
const ACCOUNT: std::ops::RangeInclusive<usize> = 5..=11;
/// Most syllables of a given name.
const SYLLABLES: usize = 2;

/// Whether an address is a person's. `chars` is the text, `from` and `to` are the start and end of the address in it; `contact`:
/// the text only states how the agency is reached.
pub(super) fn is_private(name: &str, host: &str, chars: &[char], from: usize, to: usize, contact: bool) -> bool {
    let mail = &words().mailbox;
    let digits = name.bytes().all(|b| b.is_ascii_digit());
    let accounts = || mail.numbered.iter().any(|h| host == h || host.ends_with(&format!(".{h}")));
    if digits && (is_mobile(name) || ACCOUNT.contains(&name.len()) && accounts()) {
        return true;
    }
    let ends = |c: &&char| matches!(**c, '。' | '；' | ';' | '！' | '？' | '\n');
    let before: String = {
        let length = chars[..from].iter().rev().take(BEFORE).take_while(|c| !ends(c)).count();
        chars[from - length..from].iter().filter(|c| !c.is_whitespace()).collect()
    };
    let behind: String = chars[to..].iter().take(BEHIND).take_while(|c| !ends(c)).collect();
    // A mobile number belongs to a person, and so does the address next to it.
    if before.split(|c: char| !c.is_ascii_digit()).any(is_mobile)
        || names_person(&before)
        || behind.starts_with(['（', '(']) && is_called(behind.trim_start_matches(['（', '(']))
    {
        return true;
    }
    let before_has = |all: &[String]| all.iter().any(|w| before.contains(w.as_str()));
    if contact || before_has(&mail.contact) {
        is_spelt_apart(name)
    } else if before_has(&mail.labels) || before_has(&mail.given) {
        is_spelt(name)
    } else {
        true
    }
}

/// Whether a text is a mobile number: eleven digits, the first two 13 to 19.
pub(super) fn is_mobile(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 11 && bytes.iter().all(u8::is_ascii_digit) && bytes[0] == b'1' && matches!(bytes[1], b'3'..=b'9')
}

/// Whether the text before an address names its owner: 联系人：王某某，邮箱, 张三的邮箱, 李老师.
fn names_person(before: &str) -> bool {
    let mail = &words().mailbox;
    let roles = mail.roles.iter().flat_map(|w| before.match_indices(w.as_str()));
    let mut roles = roles.map(|(at, w)| &before[at + w.len()..]);
    let clauses = || before.split(['，', '：', '、', ',', ':', '（', '(', '）', ')', ' ']);
    roles.any(is_named_by_role)
        || clauses().any(|clause| {
            let starts = clause.char_indices().map(|(i, _)| i);
            starts.into_iter().any(|i| is_called(&clause[i..]))
        })
        || clauses().any(owns)
}

/// Whether the text after a role is a person's name, and not the office that has the role: 联系人：办公室.
fn is_named_by_role(rest: &str) -> bool {
    let mail = &words().mailbox;
    let rest = rest.trim_start_matches(['：', ':', '为', '是', '（', '(']);
    let name: String = rest.chars().take_while(|c| c.is_alphabetic() && !c.is_ascii()).collect();
    let own = |w: &&String| w.contains("邮箱");
    // 本人邮箱 and 个人邮箱 need no name.
    if rest.starts_with(['邮', '的']) || mail.names.iter().filter(own).any(|w| rest.starts_with(w.as_str())) {
        return true;
    }
    let count = name.chars().count();
    let organ = name.chars().last().is_some_and(|c| mail.organs.contains(c));
    NAME.contains(&count) && !organ && starts_as_name(&name)
}

/// Whether a text begins with a surname and a form of address: 王老师, 李某.
fn is_called(text: &str) -> bool {
    let mail = &words().mailbox;
    let mut letters = text.chars();
    let surname = letters.next().is_some_and(|c| mail.surnames.contains(c));
    let rest = letters.as_str();
    surname && mail.called.iter().any(|w| rest.starts_with(w.as_str())) && !is_no_name(text)
}

/// Whether a clause is a name followed by a word for its address: 张三的邮箱, 王小明电子邮箱为.
fn owns(clause: &str) -> bool {
    let mail = &words().mailbox;
    let mut clause = clause;
    while let Some(rest) = mail.filler.iter().find_map(|w| clause.strip_suffix(w.as_str())) {
        clause = rest;
    }
    let longest = mail.names.iter().filter_map(|w| clause.strip_suffix(w.as_str())).min_by_key(|rest| rest.len());
    let Some(name) = longest else { return false };
    let count = name.chars().count();
    let organ = name.chars().last().is_some_and(|c| mail.organs.contains(c));
    (2..=3).contains(&count) && !organ && starts_as_name(name)
}

fn starts_as_name(name: &str) -> bool {
    name.chars().next().is_some_and(|c| words().mailbox.surnames.contains(c)) && !is_no_name(name)
}

fn is_no_name(text: &str) -> bool {
    words().mailbox.no_names.iter().any(|w| text.starts_with(w.as_str()))
}

/// Whether a user name is a name whose parts are separated by a mark or a capital: Li.Si, zhang_san, WangXiaoming.
fn is_spelt_apart(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let marked = name.split_once(['.', '_', '-']).map(|(a, b)| (a.to_owned(), b.to_owned()));
    let capital = || {
        let at = name.bytes().skip(1).position(|b| b.is_ascii_uppercase())? + 1;
        let first = name.bytes().next()?.is_ascii_uppercase();
        let rest = name[at..].bytes().skip(1).all(|b| b.is_ascii_lowercase());
        (first && rest && name.is_char_boundary(at)).then(|| (name[..at].to_owned(), name[at..].to_owned()))
    };
    let Some((surname, given)) = marked.or_else(capital) else { return false };
    let (surname, given) = (surname.to_ascii_lowercase(), given.to_ascii_lowercase());
    let is = |a: &str, b: &str| words().mailbox.spelt.iter().any(|s| s == a) && syllables(b, SYLLABLES);
    is(&surname, &given) || is(&given, &surname)
}

/// Whether a user name is a name in pinyin: zhangsan, lisi1985.
fn is_spelt(name: &str) -> bool {
    let mail = &words().mailbox;
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit()).to_ascii_lowercase();
    let body = |given: &str| mail.bodies.iter().any(|b| given.len() > b.len() && given.ends_with(b.as_str()));
    let given = mail.spelt.iter().filter_map(|s| plain.strip_prefix(s.as_str()));
    let matter = mail.matters.iter().any(|w| plain.contains(w.as_str()));
    is_spelt_apart(name) || !matter && given.into_iter().any(|rest| syllables(rest, SYLLABLES) && !body(rest))
}

/// Whether a text consists of one to `most` pinyin syllables.
fn syllables(text: &str, most: usize) -> bool {
    let mail = &words().mailbox;
    if most == 0 || text.is_empty() {
        return false;
    }
    let behind = mail.initials.iter().filter_map(|i| text.strip_prefix(i.as_str()));
    let mut rests = behind.flat_map(|rest| mail.finals.iter().filter_map(move |f| rest.strip_prefix(f.as_str())));
    rests.any(|rest| rest.is_empty() || syllables(rest, most - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the address in a text is judged a person's.
    fn private(text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        let at = chars.iter().position(|c| *c == '@').unwrap();
        let local = |c: &&char| c.is_ascii_alphanumeric() || matches!(**c, '.' | '_' | '-');
        let from = at - chars[..at].iter().rev().take_while(local).count();
        let to = at + 1 + chars[at + 1..].iter().take_while(local).count();
        let part = |a: usize, b: usize| chars[a..b].iter().collect::<String>();
        is_private(&part(from, at), &part(at + 1, to), &chars, from, to, false)
    }

    #[test]
    fn addresses_by_which_the_agency_is_reached_are_its_own() {
        for text in [
            "如有疑问，请与本机关政务公开科联系（电话0999-1234567，电子邮箱：ljszwgk@163.com）。",
            "电子邮箱：qlxjyj@126.com",
            "监督电话0999-7654321，邮箱zwgk0999@163.com",
            "联系人：办公室，邮箱：ljbgs@qq.com",
            "欢迎通过信箱ljjy_bgs@sina.com反映问题",
            "高新区邮箱：gxq@163.com",
            "意见请发送至ljsjyj@126.com。",
            "方便群众来信，应急邮箱yjj@163.com",
        ] {
            assert!(!private(text), "{text}");
        }
    }

    #[test]
    fn addresses_with_a_name_or_a_number_are_a_persons() {
        for text in [
            "联系人：王某某，邮箱 wang@qq.com",
            "联系人张三，电话0999-1234567，邮箱：zs2020@163.com",
            "张三的邮箱：zs@163.com",
            "李小明电子邮箱为lxm@sohu.com",
            "请与王老师联系，邮箱bgs@163.com",
            "电子邮箱：13800138000@163.com",
            "邮箱：12345678@qq.com",
            "邮箱：7654321@vip.qq.com",
            "投稿邮箱：Li.Si@Gmail.com",
            "意见请发送至zhangsan@qq.com。",
            "邮箱zhangsan2008@qq.com。",
            "本人邮箱abc@163.com",
            "邮箱：bgs@163.com（刘主任）",
            "abc@163.com",
            "联系电话0999-1234567，邮箱zhangsan@qq.com",
            "手机13800138000，邮箱jyjbgs@qq.com",
        ] {
            assert!(private(text), "{text}");
        }
    }

    #[test]
    fn names_in_latin_letters_have_a_surname_and_few_syllables() {
        for name in ["zhangsan", "lisi1985", "wangxiaoming"] {
            assert!(is_spelt(name), "{name}");
        }
        for name in ["linjiangzhen", "caizheng", "ljszwgk", "jyj", "bgs2020", "qlxjyj", "zwgk"] {
            assert!(!is_spelt(name), "{name}");
        }
        assert!(is_spelt_apart("Li.Si") && is_spelt_apart("san_zhang") && is_spelt_apart("WangXiaoming"));
        assert!(!is_spelt_apart("linjiang.zwgk") && !is_spelt_apart("ljj_bgs") && !is_spelt_apart("ZWGK"));
    }
}
