//! English words that customers use and that must not be taken for a misspelt name or for pinyin.

use std::collections::HashSet;
use std::sync::LazyLock;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| WORDS.split_whitespace().collect());

/// `word` in lower case.
pub(crate) fn is_common(word: &str) -> bool {
    COMMON.contains(word)
}

const WORDS: &str = "
a able about above accept account across action actually add address afraid after again against ago agree ahead air all
allow almost alone along already also although always am amount an and angry annoyed another answer any anybody anymore
anyone anything anyway apart apologise apologize app apply are area around arrange arrive article as ask asleep at attach
available average avoid away back bad badly bag balance bank barely be beautiful became because become been before began
begin behind being believe belong below beside best better between beyond big bill birthday bit black blue body bonus book
both bother bottom bought box boy brand break breaking bring broke broken brother brought brown build bus business busy but
button buy by call came can cancel cannot cant card care careful carefully carrier carry case cash category cause caught
center centre certain chance change changing charge cheap cheaper check checkout child children choice choose city claim
clean clear clearly click close clothes code cold collect color colour come comfortable coming comment common company
compare complain complaint complete concern condition confirm confuse connect consider contact contain content continue
control cool copy corner correct cost could count country couple coupon course courier cover crack crazy create credit
current customer cut daily damage damaged danger dark data date daughter day deal dear decide deep defect definitely delay
deliver delivered delivery demand department deposit describe desk detail did didn died different difficult direct dirty
disappear disappoint discount discuss display do does doesn dog dollar done dont door double doubt down drive drop dry due
during each ear earlier early easily east easy eat either else email empty end english enjoy enough enter entire equal error
especially even evening event ever every everybody everyone everything everywhere exact exactly example excellent except
exchange excuse expect expensive experience explain express extra eye face fact fail fair fall family far fast father fault
favor favour fee feel few fewer figure file fill final finally find fine finish fire first fit five fix floor follow food
for force forget forgot form forward found four free fresh friday friend from front full fun function further future game
gave general get gift girl give glad glass go goes gone good goods got grateful great green grey group guarantee guess guide
guy had half hand handle happen happy hard has hate have haven he head hear heard heart heat heavy held hello help her here
herself high him himself his history hit hold holiday home honest hope horrible hot hotel hour house how however huge
hundred husband i idea if ignore image immediately important impossible improve in include indeed inform information inside
install instead internet into invoice is issue it item its itself job join joke just keep kept kettle key kid kind kitchen
knew know known label lack lady large last late later latest laugh law lay lead learn least leave left less let letter level
lid life light like likely limit line link list listen little live load local lock log long longer look lost lot loud love
low lower luck lunch machine mad made mail main make making man manage manager manual many mark market matter may maybe me
mean meant measure meet member mention mess message met method middle might mile mind mine minute miss missing mistake mix
model moment monday money monitor month more morning most mother move much multiple music must my myself name near nearly
need neither never new news next nice night no nobody none nor normal north not note nothing notice now number of off offer
office often oh ok okay old on once one online only open opened option or orange order other our out outside over own
package packaging page paid pain paper parcel pardon parent part particular partner party pass past pay payment people per
perfect perhaps period person phone photo pick picture piece place plain plan plastic play please pleasure plenty plug plus
point policy poor popular possible post power prefer prepare present press pretty previous price print private probably
problem process produce product profile program promise promo proof proper protect proud prove provide public pull purchase
push put quality quantity question quick quickly quiet quite quote rain raise ran rate rather reach read ready real really
reason receipt receive received recent recently red reduce refund refuse regard region register regular reject remain
remember remove repair repeat replace reply report request require reset resolve respond rest result return returned review
ride right ring rise road room round rude rule run rush sad safe said sale same satisfied saturday save saw say scale school
screen seal search season second section secure see seem seen select sell send senior sense sent separate serial serious
serve service set seven several shall shame share sharp she shelf ship shipped shipper shipping shop short should show shut
sick side sign signal silly similar simple simply since single sir sister sit site situation size skin sleep slow slowly
small smart smell so soft sold some somebody someone something sometimes somewhere son soon sorry sort sound south space
speak special speed spend spent spot staff stand standard star start state statement station status stay steal step stick
still stock stolen stop storage store story straight strange street strong stuck student stuff stupid style such sudden
suggest suitable summer sunday support suppose sure surprise sweet swift switch system table take taken talk tall tap tax
teach team tell ten terrible test text than thank thanks that the their them then there these they thick thin thing think
third this those though thought thousand three through throw thursday ticket tight till time tired title to today together
told tomorrow tonight too took tool top total touch toward town track tracking trade traffic train transfer travel treat
tried trouble true trust try tuesday turn twelve twenty twice two type under understand unfortunately unit unless until up
update upon upset urgent us use used useful user usual usually value various very video view visit voice wait waiting walk
wall want wanted warehouse warm warn warranty was wash wasn waste watch water way we weak wear weather website wednesday week
weekend weight welcome well went were west wet what whatever wheel when where whether which while white who whole whose why
wide wife will win window winter wish with within without woman women won wonder word wore work world worn worry worse worst
worth would wouldn write wrong year yellow yes yesterday yet you young your yours yourself zero
hanger banging changing dancing danger linen manager panda fashion machine among lungs song long gang pang fang
";

#[cfg(test)]
mod tests {
    #[test]
    fn knows_common_words_only() {
        assert!(super::is_common("change") && !super::is_common("headphnes") && !super::is_common(""));
    }
}
