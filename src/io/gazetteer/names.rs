//! One form for the names of a place, however a file writes it: capitals, accents, "Saint" and "St.", "Muenchen" and "München".

/// A letter of the Latin alphabet without its marks, as one or two plain letters.
const LETTERS: [(&str, &str); 30] = [
    ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ("ae", "æ"),
    ("b", "ḃḅḇ"),
    ("c", "çćĉċčḉ"),
    ("d", "ðďđḋḍḏḑḓ"),
    ("e", "èéêëēĕėęěȅȇȩəḕḗḙḛḝẹẻẽếềểễệ"),
    ("f", "ḟ"),
    ("g", "ĝğġģǧǵḡ"),
    ("h", "ĥħȟḣḥḧḩḫẖ"),
    ("i", "ìíîïĩīĭįıǐȉȋḭḯỉị"),
    ("j", "ĵǰ"),
    ("k", "ķĸƙǩḱḳḵ"),
    ("l", "ĺļľłḷḹḻḽ"),
    ("m", "ḿṁṃ"),
    ("n", "ñńņňŋǹṅṇṉṋ"),
    ("o", "òóôõöøōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
    ("oe", "œ"),
    ("p", "ṕṗ"),
    ("r", "ŕŗřȑȓṙṛṝṟ"),
    ("s", "śŝşšſșṡṣṥṧṩẛ"),
    ("ss", "ß"),
    ("t", "ţťŧțṫṭṯṱẗ"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ("v", "ṽṿ"),
    ("w", "ŵẁẃẅẇẉẘ"),
    ("x", "ẋẍ"),
    ("y", "ýÿŷȳẏẙỳỵỷỹ"),
    ("z", "źżžẑẓẕ"),
    // A combining mark that stands after its letter.
    ("", "\u{300}\u{301}\u{302}\u{303}\u{304}\u{306}\u{307}\u{308}\u{30a}\u{30b}\u{30c}\u{323}\u{326}\u{327}\u{328}"),
];

/// Words that are written out or cut short.
const WORDS: [(&str, &str); 12] = [
    ("saint", "st"),
    ("sankt", "st"),
    ("sainte", "ste"),
    ("fort", "ft"),
    ("mount", "mt"),
    ("and", ""),
    ("und", ""),
    ("et", ""),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
];

/// Small letters without marks, words parted by one space: "St. John's" is `st johns`, "Mönchengladbach" `monchengladbach`.
pub fn plain(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => folded.push(letter),
            '\'' | '’' | '`' | 'ʼ' | '‘' => {}
            '&' => folded.push(' '),
            _ if letter.is_ascii() => folded.push(' '),
            _ => match LETTERS.iter().find(|(_, marked)| marked.contains(letter)) {
                Some((plain, _)) => folded.push_str(plain),
                // Letters of other scripts stand for themselves.
                None if letter.is_alphanumeric() => folded.push(letter),
                None => folded.push(' '),
            },
        }
    }
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let all = words.len();
    for (nth, word) in words.iter_mut().enumerate() {
        let short = WORDS.iter().find(|(long, short)| long == word && (short.len() != 1 || (nth == 0 && all > 1)));
        if let Some((_, short)) = short {
            word.clone_from(short);
        }
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

/// The form under which names are looked up: as [`plain`], with "ae", "oe", "ue" and "aa" as the letter that they stand for in German
/// and Danish. So "Muenchen", "München" and "Munchen" are found as one.
pub fn key(name: &str) -> String {
    let plain = plain(name);
    let mut key = String::with_capacity(plain.len());
    let mut previous = ' ';
    for letter in plain.chars() {
        let stands_for_one =
            (letter == 'e' && matches!(previous, 'a' | 'o' | 'u')) || (letter == 'a' && previous == 'a');
        if !stands_for_one {
            key.push(letter);
        }
        previous = if stands_for_one { ' ' } else { letter };
    }
    key
}

/// The form for countries, which have short forms too: in "AE" no letter stands for another, and "AND" is Andorra.
pub fn country_key(name: &str) -> String {
    let small: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if small.chars().count() <= 3 { small } else { key(name) }
}

/// The name and what is left of it where something is added: "Frankfurt a. M.", "Freiburg im Breisgau", "Seoul (Jongno-gu)",
/// "Lille-Centre / Nord".
pub fn shorter(name: &str) -> Vec<&str> {
    const PARTED_BY: [&str; 13] =
        ["(", "/", ",", " - ", " a.", " am ", " an ", " im ", " in ", " bei ", " b.", " ob ", " v."];
    let mut names = vec![name.trim()];
    // By the byte, on the small form; places stay those of the name as these are all ASCII.
    let small = name.to_ascii_lowercase();
    let first = PARTED_BY.iter().filter_map(|mark| small.find(mark)).filter(|&at| at > 2).min();
    if let Some(short) = first.and_then(|at| name.get(..at)) {
        names.push(short.trim());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_a_name_come_to_the_same() {
        for (a, b) in [
            ("St. Louis", "SAINT LOUIS"),
            ("Ft Worth", "Fort Worth"),
            ("Mt. Vernon", "Mount Vernon"),
            ("München", "Muenchen"),
            ("München", "Munchen"),
            ("Düsseldorf", "DUESSELDORF"),
            ("Gießen", "Giessen"),
            ("Århus", "Aarhus"),
            ("Łódź", "Lodz"),
            ("São Paulo", "Sao  Paulo"),
            ("Coeur d’Alene", "Coeur d'Alene"),
            ("Winston-Salem", "Winston Salem"),
            ("N. Las Vegas", "North Las Vegas"),
            ("Mu\u{308}nchen", "München"),
        ] {
            assert_eq!(key(a), key(b), "{a} and {b}");
        }
        assert_ne!(key("Springfield"), key("Springdale"));
        assert_eq!(key("West"), "west");
        assert_eq!(key("東京"), "東京");
        assert_eq!(key(" -- "), "");
    }

    #[test]
    fn what_is_added_to_a_name_can_be_left_out() {
        assert_eq!(shorter("Frankfurt a. M."), ["Frankfurt a. M.", "Frankfurt"]);
        assert_eq!(shorter("Freiburg im Breisgau"), ["Freiburg im Breisgau", "Freiburg"]);
        assert_eq!(shorter("Dayton"), ["Dayton"]);
        assert_eq!(shorter("Çankırı (Merkez)"), ["Çankırı (Merkez)", "Çankırı"]);
    }
}
