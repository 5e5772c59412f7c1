//! Chunks: neighbours that are culled, uploaded and drawn together.

use super::camera::WorldBox;

/// A chunk of more than one member is not larger than this, in world coordinates: 5.6 degrees of longitude. Positions are `f32`
/// relative to the chunk's middle, so at zoom 18 they are good to a tenth of a pixel.
const CHUNK_EXTENT: f64 = 4.0;

/// Halves the members by the longer side of the box around their middles until each part has at most `most` and is small enough.
/// Members whose middle is not a number are in no chunk. Members of a chunk are ascending.
pub(super) fn split_into_chunks(middles: &[[f64; 2]], most: usize) -> Vec<Vec<u32>> {
    let placed = |&member: &u32| middles[member as usize].iter().all(|value| value.is_finite());
    let mut open = vec![(0..middles.len() as u32).filter(placed).collect::<Vec<u32>>()];
    let mut chunks = Vec::new();
    while let Some(mut members) = open.pop() {
        let mut around = WorldBox::EMPTY;
        for &member in &members {
            around.include(middles[member as usize]);
        }
        let extent = [around.max[0] - around.min[0], around.max[1] - around.min[1]];
        let axis = usize::from(extent[1] > extent[0]);
        if members.len() <= 1 || (members.len() <= most && extent[axis] <= CHUNK_EXTENT) {
            if !members.is_empty() {
                members.sort_unstable();
                chunks.push(members);
            }
            continue;
        }
        let key = |member: &u32| middles[*member as usize][axis];
        members.sort_by(|a, b| key(a).total_cmp(&key(b)).then(a.cmp(b)));
        let upper = members.split_off(members.len() / 2);
        open.push(upper);
        open.push(members);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::random::Random;

    #[test]
    fn every_placed_member_is_in_one_small_chunk() {
        let mut random = Random::new(7);
        let mut middles: Vec<[f64; 2]> =
            (0..5000).map(|_| [random.unit() * 60.0, random.unit().powi(3) * 30.0]).collect();
        middles[17] = [f64::NAN, 1.0];
        let chunks = split_into_chunks(&middles, 100);
        let mut all: Vec<u32> = chunks.iter().flatten().copied().collect();
        all.sort_unstable();
        assert_eq!(all, (0..5000).filter(|&member| member != 17).collect::<Vec<_>>());
        for chunk in &chunks {
            let mut around = WorldBox::EMPTY;
            chunk.iter().for_each(|&member| around.include(middles[member as usize]));
            assert!(chunk.len() <= 100 && around.max[0] - around.min[0] <= CHUNK_EXTENT);
        }
        assert!(chunks.len() < 400, "{}", chunks.len());
    }

    #[test]
    fn members_at_one_place_do_not_split_for_ever() {
        assert_eq!(split_into_chunks(&[[1.0, 1.0]; 10], 3).iter().map(Vec::len).sum::<usize>(), 10);
        assert!(split_into_chunks(&[], 3).is_empty());
    }
}
