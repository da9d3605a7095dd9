import common from "./common.json";
import account from "./account.json";
import inbox from "./inbox.json";
import profile from "./profile.json";
import board from "./board.json";
import reviews from "./reviews.json";
import channels from "./channels.json";
import api from "./api.json";
import settings from "./settings.json";

export default { common, account, inbox, profile, board, reviews, channels, api, settings };
