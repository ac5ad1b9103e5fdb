"""What is said, and by whom: words around the keywords, and the eSpeak NG voices that say them."""

_ACCENTS = """
en-us en-us-nyc en en-gb-x-rp en-gb-scotland en-gb-x-gbclan en-gb-x-gbcwmd en-029
"""
_VOICES = """
m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 croak whisper whisperf Alicia Andrea Andy Annie Denis Gene Hugo
Lee Marco Mario Michael Mike adam anika aunty belinda benjamin boris caleb david edward grandma grandpa
gustave john klatt3 klatt4 linda max michel miguel norbert pablo quincy rob robert sandro shelby steph
travis victor zac
"""
_NEAR_MISSES = """
yet guess chess less yeah now note nose snow nor cup pup puppy hop upper dawn town gown done brown lift
laugh leaf loft let ride rice light rate road own one aunt in honour offer often cough half of stock top
step shop stuff goal goat ghost gold toe
"""
_AUXILIARY = """
zero two three four five six seven eight nine bed bird cat dog happy house marvin sheila tree wow
backward forward follow learn visual
"""
_EVERYDAY = """
hello please water music window table garden morning coffee telephone orange banana paper kitchen weather
number people question summer river bottle yellow under market winter
"""
_BABBLE = """
table morning garden seven people window paper coffee under summer river bottle music yellow number
kitchen seldom carpet eleven market mirror butter question lemon pencil animal village ticket basket
"""

# "en" is eSpeak's British English
ACCENTS = tuple(_ACCENTS.split())
VOICES = tuple(_VOICES.split())
# they begin, end or rhyme like a keyword; its homophones (know, write) are left out on purpose: no ear can
# tell them from the keyword, so they would teach and score nonsense
NEAR_MISSES = tuple(_NEAR_MISSES.split())
# the other words of Speech Commands v0.02
AUXILIARY = tuple(_AUXILIARY.split())
EVERYDAY = tuple(_EVERYDAY.split())
OTHER_WORDS = NEAR_MISSES + AUXILIARY + EVERYDAY
# of running talk in which nobody says a keyword
BABBLE = tuple(_BABBLE.split())
