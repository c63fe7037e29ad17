//! Names of agencies that do not exist, of kinds that do: 市、县、区 with their bureaus, and 街道办事处.

/// First and second characters of a place, its rank, and the kind of agency. The number of names is the product of their
/// counts.
const FIRST: &str = "云青松白清长永安兴宁泰和昌平东南西北临望石金玉龙凤海江湖山林";
const SECOND: &str = "泽岚溪河浦川峰原台州陵阳丰泉水洲塘桥岭湾港坪城宁安远顺康源沙";
const RANKS: [&str; 3] = ["市", "县", "区"];
const ORGANS: [&str; 46] = [
    "人民政府办公室",
    "发展和改革委员会",
    "教育局",
    "科学技术局",
    "工业和信息化局",
    "民族宗教事务委员会",
    "公安局",
    "民政局",
    "司法局",
    "财政局",
    "人力资源和社会保障局",
    "自然资源和规划局",
    "生态环境局",
    "住房和城乡建设局",
    "交通运输局",
    "水利局",
    "农业农村局",
    "商务局",
    "文化和旅游局",
    "卫生健康委员会",
    "退役军人事务局",
    "应急管理局",
    "审计局",
    "国有资产监督管理委员会",
    "市场监督管理局",
    "体育局",
    "统计局",
    "医疗保障局",
    "林业和草原局",
    "信访局",
    "城市管理综合行政执法局",
    "行政审批服务局",
    "乡村振兴局",
    "政务服务和数据管理局",
    "机关事务服务中心",
    "粮食和物资储备局",
    "消防救援支队",
    "气象局",
    "税务局",
    "河湖长制办公室",
    "供销合作社联合社",
    "城东街道办事处",
    "城西街道办事处",
    "新民街道办事处",
    "和平街道办事处",
    "经济技术开发区管理委员会",
];

/// Returns the number of names.
pub fn names() -> u64 {
    [FIRST.chars().count(), SECOND.chars().count(), RANKS.len(), ORGANS.len()].map(|n| n as u64).iter().product()
}

/// Step through the names: a prime that does not divide their number, so that no name repeats before all have occurred.
const STEP: u64 = 1_000_003;

/// Returns the name of agency `number` of a seed. It is different for every number below [`names`].
pub fn name(seed: u64, number: u64) -> String {
    let all = names();
    let mut left = ((number % all) * (STEP % all) + seed % all) % all;
    let mut pick = |count: usize| {
        let index = (left % count as u64) as usize;
        left /= count as u64;
        index
    };
    let organ = ORGANS[pick(ORGANS.len())];
    let first: Vec<char> = FIRST.chars().collect();
    let second: Vec<char> = SECOND.chars().collect();
    let (a, b) = (first[pick(first.len())], second[pick(second.len())]);
    format!("{a}{b}{}{organ}", RANKS[pick(RANKS.len())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_name_comes_twice() {
        let some = 5_000;
        assert!(names() > 100_000 && !names().is_multiple_of(STEP));
        for seed in [0, 1, u64::MAX] {
            assert_eq!((0..some).map(|n| name(seed, n)).collect::<BTreeSet<_>>().len(), some as usize);
        }
    }
}
