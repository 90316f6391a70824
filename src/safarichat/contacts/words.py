"""Words by which people end and resume what a business sends them. Only a whole message counts: “stop by tomorrow” is
talk. Written so, or with other case, accents and punctuation: folding makes one spelling of them."""

import unicodedata

LONGEST = 40
ACCENT = 10  # combining classes from here on are accents and the vowel points of Arabic

# Refusing by mistake costs an advertisement, so common words of ending are taken; agreeing by mistake costs trust, so
# of the words for going on only those that can mean nothing else, and never a plain “yes”.
_STOP = """
stop | stopall | stop all | unsubscribe | opt out | optout | opt-out | cancel | end | quit | revoke | remove me |
  stop promotions | stop marketing | stop messages | no more messages | unsubscribe me
simama | sitisha | komesha | ondoa | niondoe | jiondoe | jitoe | nitoe | usinitumie | sitaki
alto | parar | baja | darme de baja | dar de baja | cancelar | detener | no más | no mas mensajes
arrêt | arrêter | arrêtez | désabonner | désabonnement | me désabonner | se désabonner | désinscrire | désinscription |
  ne plus recevoir
stopp | abmelden | abbestellen | austragen | aufhören | keine werbung | abmeldung
pare | sair | sair da lista | descadastrar | descadastrar-me | cancelar inscrição | remover | chega
توقف | إيقاف | أوقف | قف | إلغاء | إلغاء الاشتراك | الغاء الاشتراك | ألغ الاشتراك | لا أريد
रोकें | रोको | रुकें | रुको | बंद | बंद करें | बंद करो | सदस्यता रद्द करें
berhenti | henti | hentikan | berhenti berlangganan | batal langganan | stop promo
dur | durdur | iptal | çık | çıkış | ret | abonelikten çık | istemiyorum
ferma | basta | disiscrivi | disiscrivimi | cancellami | annulla iscrizione
stoppen | afmelden | uitschrijven
стоп | отписаться | отписка | отмена подписки | відписатися
退订 | 退訂 | 停止 | 取消订阅 | 取消訂閱 | 配信停止 | 수신거부
"""
_START = """
start | unstop | subscribe | resubscribe | opt in | optin | opt-in
anza | anzisha | jiunge | nijiunge
iniciar | empezar | comenzar | alta | darme de alta | dar de alta | suscribir | suscribirme
démarrer | commencer | abonner | m'abonner | réabonner | s'abonner
anmelden | abonnieren | starten | anmeldung
começar | inscrever | voltar a receber
ابدأ | ابدا | اشتراك | اشترك
शुरू | शुरू करें | शुरू करो | सदस्यता लें
mulai | berlangganan | mulai lagi
başla | başlat | abone ol
inizia | iscrivimi | iscriviti
aanmelden | inschrijven
старт | подписаться | подписка | підписатися
订阅 | 訂閱 | 开始 | 開始 | 配信再開 | 수신동의
"""


def choice_in(text: str) -> bool | None:
    """True: they want messages again; False: no more of them; None: it says something else."""
    if not text or len(text) > LONGEST:
        return None
    word = _folded(text)
    return False if word in STOP else True if word in START else None


def _folded(text: str) -> str:
    """Letters and digits with single spaces: without case, accents, punctuation and emoji. The signs that Indian
    scripts write vowels with are no accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).replace("ı", "i")
    plain = plain.replace("\ufe0f", "")  # how to draw the emoji before it
    letters = (character for character in plain if unicodedata.combining(character) < ACCENT)
    return " ".join("".join(one if _is_letter(one) else " " for one in letters).split())


def _is_letter(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


def _words(listed: str) -> frozenset[str]:
    return frozenset(_folded(word) for word in listed.replace("\n", "|").split("|")) - {""}


STOP, START = _words(_STOP), _words(_START)
